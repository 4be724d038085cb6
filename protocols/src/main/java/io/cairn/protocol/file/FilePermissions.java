package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.ImageLock;
import io.cairn.block.spi.Prepared;

import org.jspecify.annotations.Nullable;

/// What a node's permissions mean for its host file: bytes locked against other processes, and
/// write access taken only while it is needed.
///
/// Used under the graph's writer lock.
final class FilePermissions implements AutoCloseable {
    private final FileOptions options;
    private final FileHandle handle;
    private @Nullable ImageLock lock;

    FilePermissions(FileOptions options, FileHandle handle) {
        this.options = options;
        this.handle = handle;
    }

    /// Locks for the new permissions and, in a node that may, opens the file for writing or not.
    Prepared prepare(String filename, Permissions needed, Permissions shared, boolean writes)
            throws BlockException {
        ImageLock taken = prepareLock(bits(needed), bits(Permissions.ALL.minus(shared)));
        HostFile reopened = null;
        HostFile current = handle.file();
        if (handle.isDynamic() && writes != current.flags().writable()) {
            try {
                reopened = handle.reopen(filename, current.flags().withWritable(writes));
            } catch (BlockException e) {
                if (taken != null) {
                    abort(taken);
                }
                throw e;
            }
        }
        return taken == null && reopened == null ? Prepared.NOTHING : new Change(taken, reopened);
    }

    private @Nullable ImageLock prepareLock(int used, int unshared) throws BlockException {
        if (options.locking() == Locking.OFF) {
            return null;
        }
        ImageLock current = lock;
        if (current == null) {
            if (used == 0 && unshared == 0) {
                return null;
            }
            current = ImageLock.of(handle.file());
            lock = current;
        }
        current.prepare(used, unshared);
        return current;
    }

    /// The permissions as the bits that the lock counts in.
    private static int bits(Permissions permissions) {
        int bits = 0;
        for (Permission permission : Permission.values()) {
            if (permissions.has(permission)) {
                bits |= 1 << permission.ordinal();
            }
        }
        return bits;
    }

    private final class Change implements Prepared {
        private final @Nullable ImageLock taken;
        private final @Nullable HostFile reopened;

        Change(@Nullable ImageLock taken, @Nullable HostFile reopened) {
            this.taken = taken;
            this.reopened = reopened;
        }

        @Override
        public void commit() {
            if (reopened != null) {
                handle.replace(reopened);
            }
            if (taken != null) {
                try {
                    taken.commit();
                } catch (BlockException e) {
                    // A byte that could not be given up keeps others away for longer than needed.
                    return;
                }
            }
        }

        @Override
        public void abort() {
            if (reopened != null) {
                reopened.close();
            }
            if (taken != null) {
                FilePermissions.abort(taken);
            }
        }
    }

    private static void abort(ImageLock lock) {
        try {
            lock.abort();
        } catch (BlockException e) {
            // As above: what stays locked is locked for too long, never too short.
            return;
        }
    }

    @Override
    public void close() {
        ImageLock held = lock;
        if (held != null) {
            held.close();
        }
    }
}
