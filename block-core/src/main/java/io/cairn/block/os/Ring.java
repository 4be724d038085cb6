package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/// An io_uring: a queue of requests to the kernel and one of their completions, in memory shared
/// with it.
///
/// For one thread only, the one that enabled it.
final class Ring {
    private static final int ENTRY_SIZE = 64;
    private static final int COMPLETION_SIZE = 16;
    private static final int SETUP = 425;
    private static final int ENTER = 426;
    private static final int REGISTER = 427;
    private static final int GETEVENTS = 1;
    private static final int ENABLE_RINGS = 12;
    private static final int LIMIT_WORKERS = 19;
    private static final long MAP_SUBMISSIONS = 0;
    private static final long MAP_COMPLETIONS = 0x8000000L;
    private static final long MAP_ENTRIES = 0x10000000L;
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED_POPULATE = 0x8001;

    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    private static final VarHandle SHARED_INT = INT.varHandle();

    private final int fd;
    private final boolean isSingle;
    private final RingParameters layout;
    private final MemorySegment submissions;
    private final MemorySegment completions;
    private final MemorySegment entries;
    private int submissionTail;
    private int submitted;
    private int completionHead;
    private int completionTail;
    private long completion;

    private Ring(int fd, RingParameters layout, boolean isSingle) throws BlockException {
        this.fd = fd;
        this.layout = layout;
        this.isSingle = isSingle;
        submissions = map(MAP_SUBMISSIONS, layout.submissionArray() + 4L * layout.entries());
        completions =
                map(
                        MAP_COMPLETIONS,
                        layout.completions() + (long) COMPLETION_SIZE * layout.completionEntries());
        entries = map(MAP_ENTRIES, (long) ENTRY_SIZE * layout.entries());
        for (int i = 0; i < layout.entries(); i++) {
            submissions.set(INT, layout.submissionArray() + 4L * i, i);
        }
    }

    /// Sets a ring up, in the cheapest way that this kernel knows; its thread must {@link #enable}
    /// it.
    static Ring open(int entries) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            boolean isSingle = true;
            long fd = setup(frame, entries, RingParameters.FOR_ONE_THREAD);
            if (fd == -Errno.EINVAL.value()) {
                isSingle = false;
                fd = setup(frame, entries, 0);
            }
            return new Ring((int) LinuxCalls.check(fd), RingParameters.get(frame), isSingle);
        }
    }

    /// Why the kernel gives no ring, null if it does.
    static @Nullable Errno refusal() {
        try (CallFrame frame = CallFrame.take()) {
            long fd = setup(frame, 1, 0);
            if (fd < 0) {
                return Errno.of((int) -fd);
            }
            LinuxCalls.close((int) fd);
            return null;
        }
    }

    /// Makes the calling thread the one that the ring is for, and lets the kernel use this many
    /// threads for requests that would hold it up.
    void enable(int helpers) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            if (isSingle) {
                LinuxCalls.check(register(frame, ENABLE_RINGS, 0, 0));
            }
            frame.memory().putInt(CallFrame.DATA, helpers).putInt(CallFrame.DATA + 4, 0);
            long limited = register(frame, LIMIT_WORKERS, frame.data(), 2);
            if (limited != -Errno.EINVAL.value()) {
                LinuxCalls.check(limited);
            }
        }
    }

    private long register(CallFrame frame, int operation, long argument, int count) {
        return Syscall.call(frame, REGISTER, fd, operation, argument, count, 0, 0);
    }

    private static long setup(CallFrame frame, int entries, int flags) {
        RingParameters.put(frame, flags);
        return Syscall.call(frame, SETUP, entries, frame.data(), 0, 0, 0, 0);
    }

    @SuppressWarnings("restricted") // The one place with native access.
    private MemorySegment map(long offset, long size) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            long address =
                    Syscall.call(
                            frame,
                            LinuxCalls.numbers().mmap(),
                            0,
                            size,
                            PROT_READ_WRITE,
                            MAP_SHARED_POPULATE,
                            fd,
                            offset);
            return MemorySegment.ofAddress(LinuxCalls.check(address)).reinterpret(size);
        }
    }

    /// How many requests fit at once.
    int capacity() {
        return layout.entries();
    }

    /// Queues a request; there must be room for it.
    void push(RingRequest request, int tag) {
        long at = (long) ENTRY_SIZE * (submissionTail & (layout.entries() - 1));
        entries.set(INT, at, request.operation());
        entries.set(INT, at + 4, request.fd());
        entries.set(LONG, at + 8, request.offset());
        entries.set(LONG, at + 16, request.address());
        entries.set(INT, at + 24, request.length());
        entries.set(INT, at + 28, request.flags());
        entries.set(LONG, at + 32, tag);
        submissionTail++;
    }

    /// Hands what is queued to the kernel, and waits for a completion if told so.
    void enter(CallFrame frame, boolean waits) {
        SHARED_INT.setRelease(submissions, (long) layout.submissionTail(), submissionTail);
        int pending = submissionTail - submitted;
        int least = waits ? 1 : 0;
        long result = Syscall.call(frame, ENTER, fd, pending, least, GETEVENTS, 0, 0);
        if (result >= 0) {
            submitted += (int) result;
        } else if (!isPassing((int) -result)) {
            throw new IllegalStateException("io_uring_enter: " + Errno.of((int) -result).text());
        }
        completionTail = (int) SHARED_INT.getAcquire(completions, (long) layout.completionTail());
    }

    /// Whether the kernel only wants to be asked again, after a signal or when completions have
    /// been taken.
    private static boolean isPassing(int errno) {
        return errno == Errno.EINTR.value()
                || errno == Errno.EAGAIN.value()
                || errno == Errno.EBUSY.value();
    }

    /// Goes on to the next completion of those that the last {@link #enter} found; returns whether
    /// there is one.
    boolean next() {
        if (completionHead == completionTail) {
            SHARED_INT.setRelease(completions, (long) layout.completionHead(), completionHead);
            return false;
        }
        completion =
                layout.completions()
                        + (long) COMPLETION_SIZE
                                * (completionHead & (layout.completionEntries() - 1));
        completionHead++;
        return true;
    }

    /// The tag of the completion's request.
    int tag() {
        return (int) completions.get(LONG, completion);
    }

    /// The completion's count of bytes, or negative error number.
    int outcome() {
        return completions.get(INT, completion + 8);
    }
}
