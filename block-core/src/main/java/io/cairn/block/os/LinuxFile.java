package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;

/// A file by its descriptor.
final class LinuxFile implements HostFile {
    private static final long FS_IOC_GETFLAGS = 0x80086601L;
    private static final long FS_IOC_SETFLAGS = 0x40086602L;
    private static final long FS_IOC_FSGETXATTR = 0x801c581fL;
    private static final long FS_IOC_FSSETXATTR = 0x401c5820L;
    private static final long BLKDISCARD = 0x1277;
    private static final int FS_NOCOW_FL = 0x00800000;
    private static final int FS_XFLAG_EXTSIZE = 0x00000800;

    private final String path;
    private final OpenFlags flags;
    private final int fd;
    private final boolean usesRing;
    private final DataCalls data;
    private final AtomicBoolean isClosed = new AtomicBoolean();
    private volatile FileStat.@Nullable Kind kind;

    /// A guess: the last extent that was looked for is a hole, with data behind it.
    private volatile boolean expectsData;

    private volatile IoAlignment alignment = IoAlignment.NONE;

    private LinuxFile(String path, OpenFlags flags, int fd, boolean usesRing) {
        this.path = path;
        this.flags = flags.opened();
        this.fd = fd;
        this.usesRing = usesRing;
        this.data = new DataCalls(fd, flags.direct(), usesRing);
    }

    static LinuxFile open(String path, OpenFlags flags, boolean usesRing) throws BlockException {
        HostFile.demand(flags.aio());
        int fd =
                FdSets.isName(path)
                        ? FdSets.shared().open(path, flags)
                        : IoPool.call(() -> LinuxCalls.open(path, flags));
        return new LinuxFile(path, flags, fd, usesRing);
    }

    /// Opens a name as seen from a directory, without waiting for the other end of a FIFO.
    static LinuxFile openAt(
            int directory, String name, String path, OpenFlags flags, boolean usesRing)
            throws BlockException {
        int bits = LinuxCalls.openBits(flags) | LinuxCalls.NON_BLOCKING;
        int fd = IoPool.call(() -> LinuxCalls.openAt(directory, name, bits, flags.mode()));
        return new LinuxFile(path, flags, fd, usesRing);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public OpenFlags flags() {
        return flags;
    }

    @Override
    public int read(long offset, ByteBuffer dst) throws BlockException {
        return data.read(offset, dst);
    }

    @Override
    public long read(long offset, ByteBuffer[] dsts) throws BlockException {
        return data.read(offset, dsts);
    }

    @Override
    public void write(long offset, ByteBuffer src) throws BlockException {
        data.write(offset, src);
    }

    @Override
    public void write(long offset, ByteBuffer[] srcs) throws BlockException {
        data.write(offset, srcs, 0);
    }

    @Override
    public void writeDurably(long offset, ByteBuffer[] srcs) throws BlockException {
        data.write(offset, srcs, DataCalls.DURABLE);
    }

    @Override
    public long length() throws BlockException {
        return LinuxCalls.check(LinuxCalls.seek(fd, 0, LinuxCalls.SEEK_END));
    }

    @Override
    public void truncate(long length) throws BlockException {
        IoPool.run(() -> LinuxCalls.truncate(fd, length));
    }

    @Override
    public void flush() throws BlockException {
        IoPool.run(() -> LinuxCalls.flush(fd));
    }

    @Override
    public void sync() throws BlockException {
        IoPool.run(() -> LinuxCalls.sync(fd));
    }

    @Override
    public FileExtent extentAt(long offset, long length) throws BlockException {
        return IoPool.call(() -> seekExtent(offset, length));
    }

    /// Asks first for the end of what is probably there, since data and holes alternate: then one
    /// call tells both what it is and how far it goes.
    private FileExtent seekExtent(long offset, long length) throws BlockException {
        long holeAt = expectsData ? LinuxCalls.seek(fd, offset, LinuxCalls.SEEK_HOLE) : offset;
        if (holeAt <= offset) {
            long dataAt = LinuxCalls.seek(fd, offset, LinuxCalls.SEEK_DATA);
            if (dataAt == -Errno.ENXIO.value()) {
                return new FileExtent(false, length);
            }
            if (dataAt > offset) {
                expectsData = true;
                return new FileExtent(false, Math.min(length, dataAt - offset));
            }
            if (dataAt == offset) {
                holeAt = LinuxCalls.seek(fd, offset, LinuxCalls.SEEK_HOLE);
            }
        }
        expectsData = false;
        long end = holeAt > offset ? holeAt : length();
        return offset < end
                ? new FileExtent(true, Math.min(length, end - offset))
                : new FileExtent(false, length);
    }

    @Override
    public void allocate(long offset, long length) throws BlockException {
        IoPool.run(() -> LinuxCalls.allocate(fd, 0, offset, length));
    }

    @Override
    public void zeroRange(long offset, long length) throws BlockException {
        IoPool.run(() -> LinuxCalls.allocate(fd, LinuxCalls.ZERO_RANGE, offset, length));
    }

    @Override
    public void punchHole(long offset, long length) throws BlockException {
        int mode = LinuxCalls.PUNCH_HOLE | LinuxCalls.KEEP_SIZE;
        IoPool.run(() -> LinuxCalls.allocate(fd, mode, offset, length));
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        if (isBlockDevice()) {
            IoPool.run(() -> discardOnDevice(offset, length));
        } else {
            punchHole(offset, length);
        }
    }

    private boolean isBlockDevice() throws BlockException {
        FileStat.Kind known = kind;
        if (known == null) {
            known = stat().kind();
            kind = known;
        }
        return known == FileStat.Kind.BLOCK_DEVICE;
    }

    private void discardOnDevice(long offset, long length) throws BlockException {
        try (CallFrame frame = CallFrame.take()) {
            frame.memory().putLong(CallFrame.DATA, offset).putLong(CallFrame.DATA + 8, length);
            LinuxCalls.checkSupported(LinuxCalls.ioctl(fd, BLKDISCARD, frame.data()));
        }
    }

    @Override
    public long copyRange(HostFile source, long sourceOffset, long offset, long length)
            throws BlockException {
        if (!(source instanceof LinuxFile from)) {
            throw HostErrors.of(Errno.ENOTSUP);
        }
        return IoPool.call(() -> LinuxCalls.copyRange(from.fd, sourceOffset, fd, offset, length));
    }

    @Override
    public boolean readPages(long offset, int length, PagePipe pipe) throws BlockException {
        return !flags.direct() && pipe.fill(fd, offset, length);
    }

    @Override
    public FileStat stat() throws BlockException {
        return IoPool.call(() -> LinuxStat.of(fd));
    }

    @Override
    public IoAlignment alignment() throws BlockException {
        if (flags.direct() && alignment == IoAlignment.NONE) {
            alignment = IoPool.call(() -> DirectAlignment.of(fd));
        }
        return alignment;
    }

    @Override
    public void disableCopyOnWrite() throws BlockException {
        IoPool.run(() -> {
            try (CallFrame frame = CallFrame.take()) {
                frame.clear(8);
                LinuxCalls.checkSupported(LinuxCalls.ioctl(fd, FS_IOC_GETFLAGS, frame.data()));
                int bits = frame.memory().getInt(CallFrame.DATA) | FS_NOCOW_FL;
                frame.memory().putInt(CallFrame.DATA, bits);
                LinuxCalls.checkSupported(LinuxCalls.ioctl(fd, FS_IOC_SETFLAGS, frame.data()));
            }
        });
    }

    @Override
    public void hintExtentSize(int bytes) throws BlockException {
        IoPool.run(() -> {
            try (CallFrame frame = CallFrame.take()) {
                frame.clear(32);
                LinuxCalls.checkSupported(LinuxCalls.ioctl(fd, FS_IOC_FSGETXATTR, frame.data()));
                int bits = frame.memory().getInt(CallFrame.DATA) | FS_XFLAG_EXTSIZE;
                frame.memory().putInt(CallFrame.DATA, bits).putInt(CallFrame.DATA + 4, bytes);
                LinuxCalls.checkSupported(LinuxCalls.ioctl(fd, FS_IOC_FSSETXATTR, frame.data()));
            }
        });
    }

    @Override
    public HostFile reopen(OpenFlags changed) throws BlockException {
        HostFile.demand(changed.aio());
        int again = IoPool.call(() -> openAgain(changed));
        return new LinuxFile(path, changed, again, usesRing);
    }

    @Override
    public ByteLocks openLocks() throws BlockException {
        return IoPool.call(() -> new LinuxLocks(openAgain(OpenFlags.READ_ONLY)));
    }

    private int openAgain(OpenFlags changed) throws BlockException {
        return LinuxCalls.open("/proc/self/fd/" + fd, changed.reopening());
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            LinuxCalls.close(fd);
        }
    }
}
