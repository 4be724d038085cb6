package io.cairn.fuse.server;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.nio.ByteBuffer;

/// The permissions and the owner of the file, which last as long as the export. Thread-safe.
final class Attributes {
    /// How long the kernel may take the attributes for true: as long data may be old that others
    /// have changed, since the times change with each look and pages go with them.
    private static final int VALID_SECONDS = 1;

    private static final int WRITE_BITS = 0222;
    private static final int OTHERS_BITS = 077;
    private static final int PERMISSION_BITS = 07777;

    /// The length of `fuse_attr_out`.
    static final int SIZE = 104;

    private final boolean isWritable;
    private final boolean isForOthers;
    private int permissions;
    private int user;
    private int group;

    /// @param isForOthers whether other users can reach the file at all
    Attributes(boolean isWritable, boolean isForOthers, int user, int group) {
        this.isWritable = isWritable;
        this.isForOthers = isForOthers;
        this.user = user;
        this.group = group;
        permissions = isWritable ? 0600 : 0400;
    }

    /// Changes permissions and owner, or nothing and fails.
    ///
    /// @throws BlockException with `EPERM` for permissions that others could not make use of, with
    ///   `EROFS` for those to write a file that nobody can, with `ENOTSUP` for another owner of a
    ///   file that only this one can use, and for times
    synchronized void change(FuseRequest.SetAttributes wanted) throws BlockException {
        int which = wanted.which() & ~FuseWire.SET_NOTHING;
        int owner = FuseWire.SET_USER | FuseWire.SET_GROUP;
        int known = FuseWire.SET_MODE | FuseWire.SET_SIZE | (isForOthers ? owner : 0);
        if ((which & ~known) != 0) {
            throw failure(Errno.ENOTSUP);
        }
        if ((which & FuseWire.SET_MODE) != 0) {
            if (!isForOthers && (wanted.mode() & OTHERS_BITS) != 0) {
                throw failure(Errno.EPERM);
            }
            if (!isWritable && (wanted.mode() & WRITE_BITS) != 0) {
                throw failure(Errno.EROFS);
            }
            permissions = wanted.mode() & PERMISSION_BITS;
        }
        if ((which & FuseWire.SET_USER) != 0) {
            user = wanted.user();
        }
        if ((which & FuseWire.SET_GROUP) != 0) {
            group = wanted.group();
        }
    }

    private static BlockException failure(Errno errno) {
        return new BlockException(errno, errno.text());
    }

    /// Writes what the kernel is told (`fuse_attr_out`).
    ///
    /// @param out {@link #SIZE} zeroes
    /// @param length of the file
    /// @param used bytes that it takes somewhere
    /// @param blockSize its unit of transfer
    /// @param seconds the time now
    synchronized void describe(
            ByteBuffer out, long length, long used, int blockSize, long seconds) {
        int at = 16;
        out.putLong(0, VALID_SECONDS)
                .putLong(at, FuseWire.ROOT)
                .putLong(at + 8, length)
                .putLong(at + 16, used / 512)
                .putLong(at + 24, seconds)
                .putLong(at + 32, seconds)
                .putLong(at + 40, seconds)
                .putInt(at + 60, FuseWire.REGULAR | permissions)
                .putInt(at + 64, 1)
                .putInt(at + 68, user)
                .putInt(at + 72, group)
                .putInt(at + 80, blockSize);
    }
}
