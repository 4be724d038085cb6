package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.ImageLockedException;

import java.util.List;

/// What one user of an image file tells all others, in this and in other processes: which
/// permissions it uses and which it does not share.
///
/// The word is kept by shared locks on single bytes of the file, the ones that QEMU locks: byte 100
/// + n says that permission n is in use, byte 200 + n that it is not shared. Permissions are bits
///   of a set: 0 consistent read, 1 write, 2 write unchanged, 3 resize. The lock has a description
///   of the file to itself, so that the file may be opened again meanwhile.
///
/// A change is prepared, then committed or aborted, by one thread at a time. Between the two the
/// file is locked for both the old and the new sets.
public final class ImageLock implements AutoCloseable {
    private static final int USED = 100;
    private static final int UNSHARED = 200;
    private static final int PERMISSIONS = 4;

    private final String path;
    private final FileStat file;
    private final ByteLocks locks;
    private Sets held = new Sets(0, 0);
    private Sets prepared = held;

    /// Permissions in use and permissions not shared.
    private record Sets(int used, int unshared) {
        Sets minus(Sets other) {
            return new Sets(used & ~other.used, unshared & ~other.unshared);
        }
    }

    private ImageLock(String path, FileStat file, ByteLocks locks) {
        this.path = path;
        this.file = file;
        this.locks = locks;
    }

    /// A lock on an open file that claims nothing yet.
    public static ImageLock of(HostFile image) throws BlockException {
        return new ImageLock(image.path(), image.stat(), image.openLocks());
    }

    /// Claims new sets next to the old ones.
    ///
    /// @param used the permissions that will be used, as bits
    /// @param unshared the permissions that nobody else may use, as bits
    /// @throws ImageLockedException when somebody else's claims contradict; the old claims alone
    ///   hold then
    public void prepare(int used, int unshared) throws BlockException {
        Sets wanted = new Sets(used, unshared);
        Sets added = wanted.minus(held);
        int refused = claim(added);
        if (refused >= 0) {
            unlock(added);
            throw new ImageLockedException(Errno.EAGAIN, "Failed to lock byte " + refused);
        }
        int contradiction = contradiction(added);
        if (contradiction >= 0) {
            unlock(added);
            throw conflict(contradiction);
        }
        prepared = wanted;
    }

    /// Gives up what the prepared sets do not claim.
    public void commit() throws BlockException {
        Sets dropped = held.minus(prepared);
        held = prepared;
        unlock(dropped);
    }

    /// Goes back to the sets before {@link #prepare}.
    public void abort() throws BlockException {
        Sets dropped = prepared.minus(held);
        prepared = held;
        unlock(dropped);
    }

    /// Gives up all claims.
    @Override
    public void close() {
        locks.close();
    }

    /// Locks the bytes of the sets; returns the first that could not be had, or -1.
    private int claim(Sets added) throws BlockException {
        for (int n = 0; n < PERMISSIONS; n++) {
            if (contains(added.used, n) && !locks.tryLockShared(USED + n)) {
                return USED + n;
            }
        }
        for (int n = 0; n < PERMISSIONS; n++) {
            if (contains(added.unshared, n) && !locks.tryLockShared(UNSHARED + n)) {
                return UNSHARED + n;
            }
        }
        return -1;
    }

    /// The first byte by which somebody else contradicts the sets, or -1.
    private int contradiction(Sets added) throws BlockException {
        for (int n = 0; n < PERMISSIONS; n++) {
            if (contains(added.used, n) && locks.isHeldElsewhere(UNSHARED + n)) {
                return UNSHARED + n;
            }
        }
        for (int n = 0; n < PERMISSIONS; n++) {
            if (contains(added.unshared, n) && locks.isHeldElsewhere(USED + n)) {
                return USED + n;
            }
        }
        return -1;
    }

    private BlockException conflict(int at) {
        String what =
                at >= UNSHARED
                        ? '"' + name(at - UNSHARED) + '"'
                        : "shared \"" + name(at - USED) + '"';
        BlockException conflict =
                new ImageLockedException(Errno.EAGAIN, "Failed to get " + what + " lock")
                        .withHint("Is another process using the image [" + path + "]?");
        List<LockHolder> holders = LockHolder.of(file, at);
        return holders.isEmpty()
                ? conflict
                : conflict.withDetail("held by " + LockHolder.describe(holders));
    }

    private void unlock(Sets dropped) throws BlockException {
        for (int n = 0; n < PERMISSIONS; n++) {
            if (contains(dropped.used, n)) {
                locks.unlock(USED + n);
            }
            if (contains(dropped.unshared, n)) {
                locks.unlock(UNSHARED + n);
            }
        }
    }

    private static boolean contains(int permissions, int n) {
        return (permissions & 1 << n) != 0;
    }

    private static String name(int n) {
        return switch (n) {
            case 0 -> "consistent read";
            case 1 -> "write";
            case 2 -> "write unchanged";
            default -> "resize";
        };
    }
}
