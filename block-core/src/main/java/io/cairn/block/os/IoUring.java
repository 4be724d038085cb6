package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/// The process's ring: one thread hands the requests of all others to the kernel in batches, and
/// wakes them as they complete.
///
/// Callers queue a request and park. While the ring's thread waits in the kernel the first of them
/// wakes it by an eventfd; whatever else has been queued by the time it is awake goes to the kernel
/// in the same call.
final class IoUring {
    private static final int CAPACITY = 1024;
    private static final int HELPERS = 64;
    private static final int WAKE_UP = CAPACITY;

    private final Ring ring;
    private final int wakeUp;
    private final ConcurrentLinkedQueue<RingRequest> queue = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isWaiting = new AtomicBoolean();

    // Of the ring's thread alone.
    private final RingRequest[] inFlight = new RingRequest[CAPACITY];
    private final int[] freeTags = new int[CAPACITY];
    private int free = CAPACITY;

    private IoUring(Ring ring, int wakeUp) {
        this.ring = ring;
        this.wakeUp = wakeUp;
        for (int i = 0; i < CAPACITY; i++) {
            freeTags[i] = i;
        }
    }

    /// The ring of this process, set up when it is first asked for; null where the kernel refuses
    /// it.
    static @Nullable IoUring ifAvailable() {
        return Holder.SHARED;
    }

    /// Fails where the kernel refuses a ring. None is set up yet: a process that has one takes a
    /// third of a second longer to end.
    static void demand() throws BlockException {
        Errno refusal = Ring.refusal();
        if (refusal != null) {
            throw refused(refusal);
        }
    }

    /// The error of a user who wants a ring where there is none.
    static BlockException refused(Errno errno) {
        return new HostException(
                errno, "Unable to use io_uring: failed to init linux io_uring ring");
    }

    /// Carries a request out; returns the count of bytes or the negative error number.
    int run(RingRequest request) {
        queue.add(request);
        if (isWaiting.get() && isWaiting.compareAndSet(true, false)) {
            LinuxCalls.signal(wakeUp);
        }
        return request.await();
    }

    private void serve() {
        try (CallFrame frame = CallFrame.take();
                CallFrame signals = CallFrame.take()) {
            ring.enable(HELPERS);
            RingRequest listening =
                    new RingRequest(RingRequest.READ, wakeUp, signals.data(), Long.BYTES, 0, 0);
            ring.push(listening, WAKE_UP);
            while (true) {
                submitQueued();
                isWaiting.set(true);
                boolean waits = queue.isEmpty() || free == 0;
                if (!waits) {
                    isWaiting.set(false);
                }
                ring.enter(frame, waits);
                isWaiting.set(false);
                if (complete()) {
                    ring.push(listening, WAKE_UP);
                }
            }
        } catch (BlockException e) {
            throw new IllegalStateException(e);
        }
    }

    private void submitQueued() {
        while (free > 0) {
            RingRequest request = queue.poll();
            if (request == null) {
                return;
            }
            int tag = freeTags[--free];
            inFlight[tag] = request;
            ring.push(request, tag);
        }
    }

    /// Wakes the callers of what has completed; returns whether the ring's thread was woken itself.
    private boolean complete() {
        boolean wasWoken = false;
        while (ring.next()) {
            int tag = ring.tag();
            if (tag == WAKE_UP) {
                wasWoken = true;
            } else {
                RingRequest done = inFlight[tag];
                freeTags[free++] = tag;
                done.complete(ring.outcome());
            }
        }
        return wasWoken;
    }

    /// Holds the only instance.
    private static final class Holder {
        static final @Nullable IoUring SHARED = open();

        private Holder() {}

        private static @Nullable IoUring open() {
            try {
                IoUring shared = new IoUring(Ring.open(CAPACITY * 2), LinuxCalls.openEvents());
                Workers.startDaemon("os:io_uring", shared::serve);
                return shared;
            } catch (BlockException _) {
                return null;
            }
        }
    }
}
