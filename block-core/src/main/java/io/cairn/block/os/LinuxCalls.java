package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Linux's calls on descriptors and names, with its numbers and structures; a failure is an
/// exception.
final class LinuxCalls {
    /// `FALLOC_FL_KEEP_SIZE`.
    static final int KEEP_SIZE = 1;

    /// `FALLOC_FL_PUNCH_HOLE`.
    static final int PUNCH_HOLE = 2;

    /// `FALLOC_FL_ZERO_RANGE`.
    static final int ZERO_RANGE = 0x10;

    static final int SEEK_END = 2;
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;

    /// `F_DUPFD_CLOEXEC`.
    private static final int DUPLICATE = 1030;

    /// `F_GETFL`.
    private static final int FLAGS = 3;

    /// `F_SETFD` and `FD_CLOEXEC`.
    private static final int SET_DESCRIPTOR_FLAGS = 2;

    private static final int CLOSE_ON_EXEC = 1;

    /// `F_SETFL`.
    private static final int SET_FLAGS = 4;

    private static final LinuxAbi ABI = abi();
    private static final Charset NAMES = Charset.forName(System.getProperty("sun.jnu.encoding"));

    static final int AT_FDCWD = -100;
    private static final int SIGACTION_SIZE = 32;
    private static final int SIGNAL_SET_SIZE = 8;
    private static final int SIG_UNBLOCK = 1;
    static final int O_RDWR = 02;
    private static final int O_ACCMODE = 03;

    /// `O_NONBLOCK`.
    static final int NON_BLOCKING = 04000;

    private static final int O_CREAT = 0100;
    private static final int O_EXCL = 0200;
    private static final int O_TRUNC = 01000;
    private static final int O_CLOEXEC = 02000000;

    private LinuxCalls() {}

    private static LinuxAbi abi() {
        LinuxAbi abi = LinuxAbi.of(System.getProperty("os.arch"));
        if (abi == null) {
            throw new IllegalStateException("no system call numbers for this architecture");
        }
        return abi;
    }

    static LinuxAbi numbers() {
        return ABI;
    }

    /// The bits of `open(2)`.
    static int openBits(OpenFlags flags) {
        int bits = flags.writable() ? O_RDWR : 0;
        bits |= flags.create() ? O_CREAT : 0;
        bits |= flags.exclusive() ? O_EXCL : 0;
        bits |= flags.truncate() ? O_TRUNC : 0;
        bits |= flags.direct() ? ABI.openDirect() : 0;
        bits |= flags.noFollow() ? ABI.openNoFollow() : 0;
        return bits;
    }

    static int open(String path, OpenFlags flags) throws BlockException {
        return openAt(AT_FDCWD, path, openBits(flags), flags.mode());
    }

    /// Opens a name as seen from a directory.
    static int openAt(int directory, String path, int flagBits, int mode) throws BlockException {
        try (Arena arena = Arena.ofConfined();
                CallFrame frame = CallFrame.take()) {
            long name = nativeName(arena, path).address();
            int bits = flagBits | O_CLOEXEC;
            while (true) {
                long fd = Syscall.call(frame, ABI.openat(), directory, name, bits, mode, 0, 0);
                if (fd != -Errno.EINTR.value()) {
                    return (int) check(fd);
                }
            }
        }
    }

    /// The name as bytes with a zero behind them.
    static MemorySegment nativeName(Arena arena, String path) throws BlockException {
        byte[] bytes = path.getBytes(NAMES);
        for (byte b : bytes) {
            if (b == 0) {
                throw new HostException(Errno.ENOENT, Errno.ENOENT.text());
            }
        }
        MemorySegment name = arena.allocate(bytes.length + 1L);
        name.asByteBuffer().put(bytes);
        return name;
    }

    /// The text of a name's bytes; null if it is none that {@link #nativeName} leads back from.
    static @Nullable String nameOf(byte[] bytes) {
        String text = new String(bytes, NAMES);
        return Arrays.equals(text.getBytes(NAMES), bytes) ? text : null;
    }

    static void close(int fd) {
        call(ABI.close(), fd, 0, 0, 0);
    }

    static long seek(int fd, long offset, int whence) {
        return call(ABI.lseek(), fd, offset, whence, 0);
    }

    static int duplicate(int fd) throws BlockException {
        return (int) check(call(ABI.fcntl(), fd, DUPLICATE, 0, 0));
    }

    /// Makes a descriptor's number stand for what another one stands for.
    static void duplicateOnto(int fd, int number) throws BlockException {
        check(call(ABI.dup3(), fd, number, 0, 0));
    }

    /// Writes a short line of ASCII.
    static void writeLine(int fd, String line) throws BlockException {
        byte[] bytes = line.concat("\n").getBytes(StandardCharsets.US_ASCII);
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().put(CallFrame.DATA, bytes);
            check(Syscall.call(frame, ABI.write(), fd, frame.data(), bytes.length, 0, 0, 0));
        }
    }

    /// Whether a descriptor was opened for writing, by whomever.
    static boolean isWritable(int fd) throws BlockException {
        return (check(call(ABI.fcntl(), fd, FLAGS, 0, 0)) & O_ACCMODE) == O_RDWR;
    }

    /// Keeps a descriptor from the processes that this one starts.
    static void setCloseOnExec(int fd) throws BlockException {
        check(call(ABI.fcntl(), fd, SET_DESCRIPTOR_FLAGS, CLOSE_ON_EXEC, 0));
    }

    /// Has calls on an open file fail rather than wait.
    static void setNonBlocking(int fd) throws BlockException {
        long flags = check(call(ABI.fcntl(), fd, FLAGS, 0, 0));
        check(call(ABI.fcntl(), fd, SET_FLAGS, flags | NON_BLOCKING, 0));
    }

    static void truncate(int fd, long length) throws BlockException {
        check(retried(ABI.ftruncate(), fd, length, 0, 0));
    }

    static void allocate(int fd, int mode, long offset, long length) throws BlockException {
        checkSupported(retried(ABI.fallocate(), fd, mode, offset, length));
    }

    static void flush(int fd) throws BlockException {
        check(retried(ABI.fdatasync(), fd, 0, 0, 0));
    }

    static void sync(int fd) throws BlockException {
        check(retried(ABI.fsync(), fd, 0, 0, 0));
    }

    /// One `copy_file_range`; the offsets are passed by address.
    static long copyRange(int from, long fromOffset, int to, long toOffset, long length)
            throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            long offsets = frame.data();
            long result;
            do {
                frame.memory()
                        .putLong(CallFrame.DATA, fromOffset)
                        .putLong(CallFrame.DATA + 8, toOffset);
                result =
                        Syscall.call(
                                frame,
                                ABI.copyFileRange(),
                                from,
                                offsets,
                                to,
                                offsets + 8,
                                length,
                                0);
            } while (result == -Errno.EINTR.value());
            boolean cannot = result == -Errno.EXDEV.value() || result == -Errno.EINVAL.value();
            return checkSupported(cannot ? -Errno.ENOTSUP.value() : result);
        }
    }

    /// Opens a counter that {@link #signal} raises and a read waits for (`eventfd`).
    static int openEvents() throws BlockException {
        return (int) check(call(ABI.eventfd(), 0, O_CLOEXEC, 0, 0));
    }

    /// Raises the counter of {@link #openEvents} by one.
    static void signal(int events) {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putLong(CallFrame.DATA, 1);
            Syscall.call(frame, ABI.write(), events, frame.data(), Long.BYTES, 0, 0, 0);
        }
    }

    /// An `ioctl` whose argument is a number or an address.
    static long ioctl(int fd, long request, long argument) {
        return call(ABI.ioctl(), fd, request, argument, 0);
    }

    /// Gives a signal its default action back, lets it through to this thread and sends it there.
    static void raise(int signal) {
        try (CallFrame frame = CallFrame.take()) {
            frame.clear(SIGACTION_SIZE);
            Syscall.call(frame, ABI.rtSigaction(), signal, frame.data(), 0, SIGNAL_SET_SIZE, 0, 0);
            frame.memory().putLong(CallFrame.DATA, 1L << (signal - 1));
            Syscall.call(
                    frame,
                    ABI.rtSigprocmask(),
                    SIG_UNBLOCK,
                    frame.data(),
                    0,
                    SIGNAL_SET_SIZE,
                    0,
                    0);
        }
        long thread = call(ABI.gettid(), 0, 0, 0, 0);
        call(ABI.tgkill(), ProcessHandle.current().pid(), thread, signal, 0);
    }

    private static long retried(int number, int fd, long a, long b, long c) {
        long result;
        do {
            result = call(number, fd, a, b, c);
        } while (result == -Errno.EINTR.value());
        return result;
    }

    /// Any call of up to four arguments; its result or the negative error number.
    static long call(int number, long a, long b, long c, long d) {
        try (CallFrame frame = CallFrame.take()) {
            return Syscall.call(frame, number, a, b, c, d, 0, 0);
        }
    }

    /// The result of a call, unless it is a negative error number.
    static long check(long result) throws BlockException {
        if (result < 0) {
            throw HostErrors.of((int) -result);
        }
        return result;
    }

    /// The result of a call that not every kind of file, filesystem and kernel knows: those that do
    /// not all fail with `ENOTSUP`.
    static long checkSupported(long result) throws BlockException {
        boolean isUnknown =
                result == -Errno.ENODEV.value()
                        || result == -Errno.ENOTTY.value()
                        || result == -Errno.ENOSYS.value();
        return check(isUnknown ? -Errno.ENOTSUP.value() : result);
    }
}
