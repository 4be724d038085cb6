package io.cairn.cli.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.ByteLocks;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.HostPath;
import io.cairn.block.os.OpenFlags;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// The file that holds the daemon's process number, locked while the daemon lives: another one that
/// is given the same file does not start.
public final class PidFile implements AutoCloseable {
    private final String path;
    private final ByteLocks lock;

    private PidFile(String path, ByteLocks lock) {
        this.path = path;
        this.lock = lock;
    }

    /// Makes the file, or takes over one whose daemon is gone.
    public static PidFile write(String path) throws BlockException {
        HostFile file;
        try {
            file = HostFile.open(path, OpenFlags.READ_WRITE.withCreate().withMode(0600));
        } catch (BlockException e) {
            throw e.prefixed("Could not create '" + path + "'");
        }
        try {
            ByteLocks lock = file.openLocks();
            try {
                if (!lock.tryLockShared(0) || lock.isHeldElsewhere(0)) {
                    throw new BlockException(
                            Errno.EAGAIN, "Cannot lock pid file: " + Errno.EAGAIN.text());
                }
                String text = ProcessHandle.current().pid() + "\n";
                byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
                file.truncate(0);
                file.write(0, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
                return new PidFile(path, lock);
            } catch (BlockException e) {
                lock.close();
                throw e;
            }
        } finally {
            file.close();
        }
    }

    /// Removes the file.
    @Override
    public void close() throws BlockException {
        try {
            if (HostPath.exists(path)) {
                HostPath.delete(path);
            }
        } finally {
            lock.close();
        }
    }
}
