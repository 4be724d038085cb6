package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.lang.foreign.Arena;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;

/// A file that this process serves, by a descriptor of `/dev/fuse`.
///
/// A thread waits in `ppoll` and not in the device, so that it can be woken, and holds no memory
/// for messages meanwhile.
final class LinuxFuse implements FuseDevice {
    static final String DEVICE = "/dev/fuse";

    private static final int MS_NOSUID = 2;
    private static final int MS_NODEV = 4;
    private static final int MNT_DETACH = 2;

    private static final int POLLIN = 1;

    private static final long SENT = 0;

    private final String mountpoint;

    /// The number of the filesystem's device.
    private final String number;

    private final boolean isHelped;
    private final CountedDescriptor device;

    /// Raised to end all waits.
    private final EventCounter counter;

    private volatile boolean isOver;

    private LinuxFuse(
            String mountpoint, String number, boolean isHelped, int device, EventCounter counter) {
        this.mountpoint = mountpoint;
        this.number = number;
        this.isHelped = isHelped;
        this.device = new CountedDescriptor(device);
        this.counter = counter;
    }

    /// Mounts by ourselves, or where only the administrator may by the helper for users.
    static FuseDevice mount(String mountpoint, boolean allowOther, int maxRead)
            throws BlockException {
        String path = HostPath.resolve(mountpoint);
        String options =
                "max_read=" + maxRead + ",default_permissions" + (allowOther ? ",allow_other" : "");
        int fd = openDevice();
        try {
            mountDevice(fd, path, options);
        } catch (BlockException e) {
            LinuxCalls.close(fd);
            if (e.errno() != Errno.EPERM) {
                throw e.withDetail(path + ": " + e.errno().text());
            }
            return of(path, true, FuseHelper.mount(path, options));
        }
        return of(path, false, fd);
    }

    private static FuseDevice of(String path, boolean isHelped, int fd) throws BlockException {
        try {
            LinuxCalls.setNonBlocking(fd);
            String number = MountTable.deviceAt(path);
            return new LinuxFuse(path, number, isHelped, fd, EventCounter.open());
        } catch (BlockException e) {
            unmount(path, isHelped);
            LinuxCalls.close(fd);
            throw e;
        }
    }

    private static int openDevice() throws BlockException {
        try {
            return LinuxCalls.openAt(LinuxCalls.AT_FDCWD, DEVICE, LinuxCalls.O_RDWR, 0);
        } catch (BlockException e) {
            throw e.withDetail(DEVICE + ": " + e.errno().text());
        }
    }

    private static void mountDevice(int fd, String path, String options) throws BlockException {
        // A regular file (S_IFREG) is the root of the filesystem.
        String all =
                options
                        + ",fd="
                        + fd
                        + ",rootmode=100000,user_id="
                        + id(FuseAbi.CURRENT.getuid())
                        + ",group_id="
                        + id(FuseAbi.CURRENT.getgid());
        try (Arena arena = Arena.ofConfined();
                CallFrame frame = CallFrame.take()) {
            LinuxCalls.check(
                    Syscall.call(
                            frame,
                            FuseAbi.CURRENT.mount(),
                            LinuxCalls.nativeName(arena, DEVICE).address(),
                            LinuxCalls.nativeName(arena, path).address(),
                            LinuxCalls.nativeName(arena, "fuse").address(),
                            MS_NOSUID | MS_NODEV,
                            LinuxCalls.nativeName(arena, all).address(),
                            0));
        }
    }

    private static int id(int number) {
        return (int) LinuxCalls.call(number, 0, 0, 0, 0);
    }

    @Override
    public int user() {
        return id(FuseAbi.CURRENT.getuid());
    }

    @Override
    public int group() {
        return id(FuseAbi.CURRENT.getgid());
    }

    @Override
    public Event await(long timeoutMillis) throws BlockException {
        if (isOver) {
            return Event.OVER;
        }
        int events;
        try {
            events = counter.poll(device, POLLIN, timeoutMillis);
        } catch (BlockException e) {
            if (isOver) {
                return Event.OVER;
            }
            throw e;
        }
        if (isOver || (events & EventCounter.RAISED) != 0) {
            return Event.OVER;
        }
        return events == 0 ? Event.TIMEOUT : Event.MESSAGE;
    }

    @Override
    public int receive(ByteBuffer dst) throws BlockException {
        int fd = device.enter();
        long n;
        try {
            n =
                    LinuxCalls.call(
                            LinuxCalls.numbers().read(),
                            fd,
                            Syscall.address(dst),
                            dst.remaining(),
                            0);
        } finally {
            device.leave();
            Reference.reachabilityFence(dst);
        }
        if (n == -Errno.ENODEV.value() || n == -Errno.ECONNABORTED.value()) {
            stop();
            return 0;
        }
        boolean isWithdrawn =
                n == -Errno.EAGAIN.value()
                        || n == -Errno.EINTR.value()
                        || n == -Errno.ENOENT.value()
                        || n == -Errno.EIO.value();
        return isWithdrawn ? 0 : (int) LinuxCalls.check(n);
    }

    @Override
    public void send(ByteBuffer src) throws BlockException {
        int fd = device.enter();
        try {
            long n;
            do {
                n =
                        LinuxCalls.call(
                                LinuxCalls.numbers().write(),
                                fd,
                                Syscall.address(src),
                                src.remaining(),
                                0);
            } while (n == -Errno.EINTR.value());
            if (n == -Errno.ENODEV.value() || n == -Errno.ECONNABORTED.value()) {
                stop();
            }
            boolean isDropped =
                    n == -Errno.ENOENT.value()
                            || n == -Errno.ENODEV.value()
                            || n == -Errno.ECONNABORTED.value();
            LinuxCalls.check(isDropped ? SENT : n);
        } finally {
            device.leave();
            Reference.reachabilityFence(src);
        }
    }

    @Override
    public void stop() {
        isOver = true;
        counter.raise();
    }

    /// What is mounted there by now may be somebody else's.
    @Override
    public void unmount() throws BlockException {
        IoPool.call(() -> {
            if (MountTable.deviceAt(mountpoint).equals(number)) {
                unmount(mountpoint, isHelped);
            }
            return this;
        });
    }

    private static void unmount(String path, boolean isHelped) throws BlockException {
        if (isHelped) {
            FuseHelper.unmount(path);
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            long name = LinuxCalls.nativeName(arena, path).address();
            LinuxCalls.check(LinuxCalls.call(FuseAbi.CURRENT.umount2(), name, MNT_DETACH, 0, 0));
        }
    }

    @Override
    public void close() {
        stop();
        device.close();
        counter.close();
    }
}
