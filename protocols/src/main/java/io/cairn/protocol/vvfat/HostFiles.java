package io.cairn.protocol.vvfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads the files that are shown. A few of them stay open.
final class HostFiles implements AutoCloseable {
    private static final int LIMIT = 16;

    private final HostFolder folder;

    /// Open files, the one used longest ago first.
    @GuardedBy("this")
    private final Map<HostNode, Shared> open = new LinkedHashMap<>(LIMIT, 0.75f, true);

    HostFiles(HostFolder folder) {
        this.folder = folder;
    }

    /// An open file and those who use it; the last one closes it once it is not kept any more.
    private static final class Shared {
        private final HostFile file;
        private int users = 1;

        Shared(HostFile file) {
            this.file = file;
        }

        synchronized void use() {
            users++;
        }

        void release() {
            boolean isLast;
            synchronized (this) {
                users--;
                isLast = users == 0;
            }
            if (isLast) {
                file.close();
            }
        }
    }

    /// Reads from a file; behind its shown length come zeroes. A file that is gone or has become
    /// shorter is an error.
    void read(HostNode node, long offset, ByteBuffer dst) throws BlockException {
        int wanted = (int) Math.clamp(node.length() - offset, 0L, dst.remaining());
        ByteBuffer part = Buffers.slice(dst, 0, wanted);
        if (wanted > 0) {
            Shared shared = take(node);
            try {
                int got = shared.file.read(offset, part);
                if (got < wanted) {
                    throw unreadable(node, "It has become shorter");
                }
            } catch (BlockException e) {
                throw e.getMessage().startsWith("Could not read")
                        ? e
                        : unreadable(node, e.getMessage());
            } finally {
                shared.release();
            }
        }
        Buffers.zero(Buffers.slice(dst, wanted, dst.remaining() - wanted));
    }

    private BlockException unreadable(HostNode node, String why) {
        return new BlockException(
                Errno.EIO, "Could not read '" + folder.nameOf(node) + "': " + why);
    }

    private Shared take(HostNode node) throws BlockException {
        Shared shared = find(node);
        if (shared != null) {
            return shared;
        }
        return keep(node, new Shared(openFile(node)));
    }

    private synchronized @Nullable Shared find(HostNode node) {
        Shared shared = open.get(node);
        if (shared != null) {
            shared.use();
        }
        return shared;
    }

    /// Keeps a file open beside its present use, unless another thread was quicker.
    private synchronized Shared keep(HostNode node, Shared opened) {
        if (open.containsKey(node)) {
            return opened;
        }
        opened.use();
        open.put(node, opened);
        if (open.size() > LIMIT) {
            var eldest = open.entrySet().iterator();
            Shared old = eldest.next().getValue();
            eldest.remove();
            old.release();
        }
        return opened;
    }

    private HostFile openFile(HostNode node) throws BlockException {
        try {
            HostFile file =
                    folder.in(
                            HostFolder.parentOf(node),
                            true,
                            directory -> directory.openFile(node.hostName(), OpenFlags.READ_ONLY));
            if (file.stat().kind() != FileStat.Kind.REGULAR) {
                file.close();
                throw unreadable(node, "It is not a regular file any more");
            }
            return file;
        } catch (BlockException e) {
            throw e.getMessage().startsWith("Could not read")
                    ? e
                    : unreadable(node, e.getMessage());
        }
    }

    /// Lets go of all files, since their names may stand for others now.
    synchronized void forget() {
        open.values().forEach(Shared::release);
        open.clear();
    }

    @Override
    public void close() {
        forget();
    }
}
