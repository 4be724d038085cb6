package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.os.HostFile;

/// Sets the length of a file and reserves what it gains.
final class FileLength {
    private static final int PIECE = 1 << 20;

    /// Bytes written at the start of a file that was empty, so that direct I/O can be tried on it.
    private static final int FIRST_BLOCK = 4096;

    private FileLength() {}

    /// @throws BlockException if the file cannot have that length; its old length then stands
    static void set(
            HostFile file,
            boolean isRegular,
            long length,
            boolean exact,
            Preallocation preallocation)
            throws BlockException {
        if (isRegular) {
            setRegular(file, length, preallocation);
            return;
        }
        if (preallocation != Preallocation.OFF) {
            throw new BlockException(
                    Errno.ENOTSUP,
                    "Preallocation mode '"
                            + preallocation.text()
                            + "' unsupported for this non-regular file");
        }
        long now = file.length();
        if (exact && length != now) {
            throw new BlockException(Errno.ENOTSUP, "Cannot resize device files");
        }
        if (length > now) {
            throw new BlockException(Errno.EINVAL, "Cannot grow device files");
        }
    }

    private static void setRegular(HostFile file, long length, Preallocation preallocation)
            throws BlockException {
        long old = file.length();
        if (length < old && preallocation != Preallocation.OFF) {
            throw new BlockException(Errno.ENOTSUP, "Cannot use preallocation for shrinking files");
        }
        switch (preallocation) {
            case OFF -> resize(file, old, length);
            case FALLOC -> reserve(file, old, length);
            case FULL -> writeOut(file, old, length);
            case METADATA ->
                    throw new BlockException(
                            Errno.ENOTSUP,
                            "Unsupported preallocation mode: " + preallocation.text());
        }
    }

    private static void resize(HostFile file, long old, long length) throws BlockException {
        truncate(file, length);
        if (old == 0 && length > 0) {
            try (PooledBuffer zeroes = BufferPool.shared().acquireZeroed(FIRST_BLOCK)) {
                int n = (int) Math.min(length, FIRST_BLOCK);
                file.write(0, Buffers.slice(zeroes.buffer(), 0, n));
            } catch (BlockException e) {
                // An empty block more or less is no failure: the length is what was asked for.
                return;
            }
        }
    }

    private static void truncate(HostFile file, long length) throws BlockException {
        try {
            file.truncate(length);
        } catch (BlockException e) {
            throw e.prefixed("Could not resize file");
        }
    }

    private static void reserve(HostFile file, long old, long length) throws BlockException {
        if (length == old) {
            return;
        }
        try {
            file.allocate(old, length - old);
        } catch (BlockException e) {
            restore(file, old, e);
            throw e.prefixed("Could not preallocate data for the new file");
        }
    }

    private static void writeOut(HostFile file, long old, long length) throws BlockException {
        truncate(file, length);
        try (PooledBuffer zeroes = BufferPool.shared().acquireZeroed(PIECE)) {
            for (long offset = old; offset < length; ) {
                // The first piece ends on a boundary, as direct I/O wants it for all that follow.
                long room = PIECE - offset % PIECE;
                int n = (int) Math.min(room, length - offset);
                file.write(offset, Buffers.slice(zeroes.buffer(), 0, n));
                offset += n;
            }
            file.sync();
        } catch (BlockException e) {
            restore(file, old, e);
            throw e.prefixed("Could not write zeros for preallocation");
        }
    }

    private static void restore(HostFile file, long old, BlockException cause) {
        try {
            file.truncate(old);
        } catch (BlockException e) {
            cause.addSuppressed(e);
        }
    }
}
