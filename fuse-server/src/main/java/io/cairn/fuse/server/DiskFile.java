package io.cairn.fuse.server;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/// A disk as a file: what the calls on files mean for it. Many threads may use it at once.
final class DiskFile {
    private final BlockBackend disk;
    private final boolean isWritable;
    private final boolean isGrowable;

    /// Held while the length changes, so that no growth undoes another; outside of all locks of the
    /// graph.
    private final ReentrantLock resizing = new ReentrantLock();

    /// @param disk with the permission to resize if the file is writable and growable
    DiskFile(BlockBackend disk, boolean isWritable, boolean isGrowable) {
        this.disk = disk;
        this.isWritable = isWritable;
        this.isGrowable = isWritable && isGrowable;
    }

    long length() {
        return disk.length();
    }

    /// The bytes that the disk takes on the host; its length if nobody knows.
    long used() throws BlockException {
        long known = node().allocatedLength();
        return known <= 0 ? disk.length() : known;
    }

    int blockSize() throws BlockException {
        return node().limits().requestAlignment();
    }

    /// The disk goes before the file does, which somebody may have open.
    private BlockNode node() throws BlockException {
        ChildEdge root = disk.root();
        if (root == null) {
            throw failure(Errno.ENODEV);
        }
        return root.node();
    }

    /// The bytes of a read that are there: fewer at the end, none behind it.
    int readable(FuseRequest.Read read) throws BlockException {
        if (read.length() < 0 || read.length() > Exchange.MAX_DATA || read.offset() < 0) {
            throw failure(Errno.EINVAL);
        }
        return Math.clamp(disk.length() - read.offset(), 0, read.length());
    }

    void read(long offset, ByteBuffer dst) throws BlockException {
        if (dst.hasRemaining()) {
            disk.read(offset, dst);
        }
    }

    /// Writes, and makes the disk longer if it may grow.
    ///
    /// @return the bytes that were written: fewer at the end of a disk that may not grow
    int write(long offset, ByteBuffer src) throws BlockException {
        requireWritable();
        int length = src.remaining();
        if (offset < 0 || offset > Long.MAX_VALUE - length) {
            throw failure(Errno.EINVAL);
        }
        if (offset + length > disk.length()) {
            if (isGrowable) {
                grow(offset + length, Preallocation.OFF);
            } else {
                length = Math.clamp(disk.length() - offset, 0, length);
            }
        }
        if (length == 0 && src.hasRemaining()) {
            throw failure(Errno.EIO);
        }
        disk.write(offset, src.limit(length), WriteFlags.NONE);
        return length;
    }

    void flush() throws BlockException {
        disk.flush();
    }

    /// Sets the length, of a file that may not grow by writes too.
    void resize(long length) throws BlockException {
        requireWritable();
        if (length < 0) {
            throw failure(Errno.EINVAL);
        }
        resizing.lock();
        try {
            resizeNow(length, Preallocation.OFF);
        } finally {
            resizing.unlock();
        }
    }

    private void grow(long length, Preallocation preallocation) throws BlockException {
        resizing.lock();
        try {
            if (length > disk.length()) {
                resizeNow(length, preallocation);
            }
        } finally {
            resizing.unlock();
        }
    }

    /// The disk may be one that only a while ago nobody wanted to resize.
    private void resizeNow(long length, Preallocation preallocation) throws BlockException {
        Permissions usual = permissions(isWritable, isGrowable);
        if (!isGrowable) {
            disk.setPermissions(usual.plus(Permission.RESIZE), Permissions.ALL);
        }
        try {
            disk.truncate(length, true, preallocation, false);
        } finally {
            if (!isGrowable) {
                disk.setPermissions(usual, Permissions.ALL);
            }
        }
    }

    /// What a file needs of its disk.
    static Permissions permissions(boolean isWritable, boolean isGrowable) {
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
        needed = isWritable ? needed.plus(Permission.WRITE) : needed;
        return isWritable && isGrowable ? needed.plus(Permission.RESIZE) : needed;
    }

    /// Reserves space behind the end, or makes a range zeroes, with space or without (Linux manual,
    /// fallocate(2)).
    void allocate(long offset, long length, int mode) throws BlockException {
        requireWritable();
        if (offset < 0 || length <= 0 || offset > Long.MAX_VALUE - length) {
            throw failure(Errno.EINVAL);
        }
        switch (mode) {
            case 0 -> extend(offset, length);
            case FuseWire.ZERO_RANGE -> {
                grow(offset + length, Preallocation.OFF);
                disk.writeZeroes(offset, length, WriteFlags.NONE);
            }
            case FuseWire.ZERO_RANGE | FuseWire.KEEP_SIZE ->
                    disk.writeZeroes(offset, inside(offset, length), WriteFlags.NONE);
            case FuseWire.PUNCH_HOLE | FuseWire.KEEP_SIZE -> punch(offset, inside(offset, length));
            default -> throw failure(Errno.ENOTSUP);
        }
    }

    /// Only what is behind the end can be reserved: nobody knows what is reserved before it.
    private void extend(long offset, long length) throws BlockException {
        if (offset < disk.length()) {
            throw failure(Errno.ENOTSUP);
        }
        grow(offset, Preallocation.OFF);
        grow(offset + length, Preallocation.FALLOC);
    }

    /// What of a range is inside; it must not begin behind the end.
    private long inside(long offset, long length) throws BlockException {
        long most = disk.length() - offset;
        if (most < 0) {
            throw failure(Errno.EIO);
        }
        return Math.min(length, most);
    }

    /// Gives space back, or fails if whole blocks cannot be given back; what is less than a block
    /// is overwritten.
    private void punch(long offset, long length) throws BlockException {
        long block = Math.max(1, node().limits().zeroAlignment());
        long end = offset + length;
        long first = Math.ceilDiv(offset, block) * block;
        long last = end == disk.length() ? end : end / block * block;
        if (first < last) {
            disk.writeZeroes(first, last - first, WriteFlags.MAY_UNMAP.withNoFallback(true));
            overwrite(offset, first);
            overwrite(last, end);
        } else {
            overwrite(offset, end);
        }
    }

    private void overwrite(long start, long end) throws BlockException {
        if (start < end) {
            disk.writeZeroes(start, end - start, WriteFlags.MAY_UNMAP);
        }
    }

    /// The next place from an offset on that holds data, or is a hole; the end is one (Linux
    /// manual, lseek(2)).
    long seek(long offset, int whence) throws BlockException {
        if (whence != FuseWire.SEEK_DATA && whence != FuseWire.SEEK_HOLE) {
            throw failure(Errno.EINVAL);
        }
        boolean wantsData = whence == FuseWire.SEEK_DATA;
        long length = disk.length();
        if (offset < 0 || offset > length) {
            throw failure(Errno.ENXIO);
        }
        long at = offset;
        while (at < length) {
            BlockStatus status = disk.chainStatus(at, length - at, true).status();
            if (status.data() == wantsData) {
                return at;
            }
            if (status.length() <= 0) {
                break;
            }
            at += status.length();
        }
        if (wantsData) {
            throw failure(Errno.ENXIO);
        }
        return length;
    }

    private void requireWritable() throws BlockException {
        if (!isWritable) {
            throw failure(Errno.EACCES);
        }
    }

    private static BlockException failure(Errno errno) {
        return new BlockException(errno, errno.text());
    }
}
