package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;

/// A pseudo-terminal by its two devices (Linux manual, ptmx(4), ioctl_tty(2), termios(3)).
///
/// The kernel tells by `POLLHUP` that nobody has the other end open, and by nothing that somebody
/// has opened it: that has to be looked at from time to time.
final class LinuxTerminal implements PseudoTerminal {
    private static final long LOOK_MILLIS = 100;

    private static final int O_NOCTTY = 0400;

    private static final int TCGETS = 0x5401;
    private static final int TCSETS = 0x5402;
    private static final int TIOCSPTLCK = 0x40045431;
    private static final int TIOCGPTN = 0x80045430;

    private static final int POLLIN = 1;
    private static final int POLLOUT = 4;
    private static final int POLLHUP = 0x10;

    private final String name;
    private final CountedDescriptor master;

    /// Raised to end what waits for the terminal.
    private final EventCounter counter;

    private volatile boolean isClosed;

    private LinuxTerminal(String name, int master, EventCounter counter) {
        this.name = name;
        this.master = new CountedDescriptor(master);
        this.counter = counter;
    }

    static LinuxTerminal open() throws BlockException {
        int bits = LinuxCalls.O_RDWR | O_NOCTTY | LinuxCalls.NON_BLOCKING;
        int master = LinuxCalls.openAt(LinuxCalls.AT_FDCWD, "/dev/ptmx", bits, 0);
        try {
            return new LinuxTerminal(unlock(master), master, EventCounter.open());
        } catch (BlockException e) {
            LinuxCalls.close(master);
            throw e;
        }
    }

    /// Lets the other end be opened, opens it once, since only then it counts as left, and has it
    /// pass bytes as they are.
    ///
    /// @return its name
    private static String unlock(int master) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putInt(CallFrame.DATA, 0);
            LinuxCalls.check(LinuxCalls.ioctl(master, TIOCSPTLCK, frame.data()));
            LinuxCalls.check(LinuxCalls.ioctl(master, TIOCGPTN, frame.data()));
            String name = "/dev/pts/" + frame.memory().getInt(CallFrame.DATA);
            int slave =
                    LinuxCalls.openAt(LinuxCalls.AT_FDCWD, name, LinuxCalls.O_RDWR | O_NOCTTY, 0);
            try {
                LinuxCalls.check(LinuxCalls.ioctl(slave, TCGETS, frame.data()));
                RawMode.set(frame.memory());
                LinuxCalls.check(LinuxCalls.ioctl(slave, TCSETS, frame.data()));
            } finally {
                LinuxCalls.close(slave);
            }
            return name;
        }
    }

    /// The kernel's `struct termios`: four words of flags, a byte, the characters.
    private static final class RawMode {
        /// IGNBRK, BRKINT, PARMRK, ISTRIP, INLCR, IGNCR, ICRNL, IXON.
        private static final int INPUT = 01 | 02 | 010 | 040 | 0100 | 0200 | 0400 | 02000;

        /// OPOST.
        private static final int OUTPUT = 01;

        /// CSIZE and PARENB; CS8 is set.
        private static final int CONTROL = 060 | 0400;

        private static final int EIGHT_BITS = 060;

        /// ISIG, ICANON, ECHO, ECHONL, IEXTEN.
        private static final int LOCAL = 01 | 02 | 010 | 0100 | 0100000;

        private static final int CHARACTERS = CallFrame.DATA + 17;
        private static final int TIME = CHARACTERS + 5;
        private static final int LEAST = CHARACTERS + 6;

        static void set(ByteBuffer termios) {
            change(termios, 0, INPUT, 0);
            change(termios, 1, OUTPUT, 0);
            change(termios, 2, CONTROL, EIGHT_BITS);
            change(termios, 3, LOCAL, 0);
            termios.put(TIME, (byte) 0).put(LEAST, (byte) 1);
        }

        private static void change(ByteBuffer termios, int word, int cleared, int set) {
            int at = CallFrame.DATA + word * Integer.BYTES;
            termios.putInt(at, termios.getInt(at) & ~cleared | set);
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<ByteStream> awaitPeer() throws BlockException {
        try {
            counter.lower();
            while (!isClosed) {
                if ((poll(POLLIN, 0) & POLLHUP) == 0) {
                    return Optional.of(new Session());
                }
                boolean _ = counter.await(LOOK_MILLIS);
            }
        } catch (BlockException e) {
            if (!isClosed) {
                throw e;
            }
        }
        return Optional.empty();
    }

    /// Waits for an event of the terminal, or for the counter.
    ///
    /// @return the events of the terminal, none if the counter or the time was first
    private int poll(int wanted, long timeoutMillis) throws BlockException {
        return counter.poll(master, wanted, timeoutMillis) & ~EventCounter.RAISED;
    }

    /// Reads what is there; 0 when nobody has the other end open, -1 when nothing has come.
    private int readNow(ByteBuffer dst) throws BlockException {
        int fd = master.enter();
        try {
            long address = Syscall.address(dst);
            long n = LinuxCalls.call(LinuxCalls.numbers().read(), fd, address, dst.remaining(), 0);
            if (n == -Errno.EAGAIN.value() || n == -Errno.EINTR.value()) {
                return -1;
            }
            return n == -Errno.EIO.value() ? 0 : (int) LinuxCalls.check(n);
        } finally {
            master.leave();
            Reference.reachabilityFence(dst);
        }
    }

    /// Writes what fits; 0 when nothing does.
    private int writeNow(ByteBuffer src, int done) throws BlockException {
        int fd = master.enter();
        try {
            long address = Syscall.address(src) + done;
            int left = src.remaining() - done;
            long n = LinuxCalls.call(LinuxCalls.numbers().write(), fd, address, left, 0);
            boolean isLater = n == -Errno.EAGAIN.value() || n == -Errno.EINTR.value();
            return isLater ? 0 : (int) LinuxCalls.check(n);
        } finally {
            master.leave();
            Reference.reachabilityFence(src);
        }
    }

    @Override
    public void close() {
        isClosed = true;
        counter.raise();
        if (master.close()) {
            counter.close();
        }
    }

    /// From the first peer that opens the other end to the last one that closes it.
    private final class Session implements ByteStream {
        private volatile boolean isOver;

        private boolean isEnded() {
            return isOver || isClosed;
        }

        @Override
        public int read(ByteBuffer dst) throws BlockException {
            while (!isEnded()) {
                int n = readNow(dst);
                if (n >= 0) {
                    return n == 0 ? -1 : n;
                }
                poll(POLLIN, Integer.MAX_VALUE);
            }
            return -1;
        }

        @Override
        public void write(ByteBuffer... srcs) throws BlockException {
            for (ByteBuffer src : srcs) {
                int done = 0;
                while (done < src.remaining()) {
                    int events = isEnded() ? POLLHUP : poll(POLLOUT, Integer.MAX_VALUE);
                    if (isEnded() || (events & POLLHUP) != 0) {
                        // The kernel would keep the bytes for the next peer.
                        throw HostErrors.of(Errno.EPIPE);
                    }
                    done += writeNow(src, done);
                }
            }
        }

        @Override
        public boolean awaitReadable(long timeoutMillis) throws BlockException {
            return isEnded() || poll(POLLIN, timeoutMillis) != 0;
        }

        @Override
        public void shutdownInput() {
            shutdown();
        }

        /// Whoever waits is woken by the counter, which the next session takes back.
        @Override
        public void shutdown() {
            if (!isEnded()) {
                isOver = true;
                counter.raise();
            }
        }

        @Override
        public void close() {
            isOver = true;
        }
    }
}
