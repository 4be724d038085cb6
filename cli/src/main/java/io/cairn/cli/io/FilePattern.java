package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;
import io.cairn.cli.console.Messages;

import java.nio.ByteBuffer;

/// The content of a file again and again.
final class FilePattern implements Pattern, AutoCloseable {
    private final HostFile file;
    private final long period;

    private FilePattern(HostFile file, long period) {
        this.file = file;
        this.period = period;
    }

    /// Opens the file; what is not a regular file is taken to have no end.
    ///
    /// @param length the bytes that are wanted; if there are none, every file is empty
    static FilePattern open(Messages messages, String path, long length) throws CommandException {
        try {
            return open(path, length);
        } catch (BlockException e) {
            messages.line(path.concat(": ").concat(String.valueOf(e.getMessage())));
            throw CommandException.silent();
        }
    }

    private static FilePattern open(String path, long length) throws BlockException {
        HostFile file = HostFile.open(path, OpenFlags.READ_ONLY);
        try (PooledBuffer first = BufferPool.shared().acquire(1)) {
            if (length == 0 || file.read(0, first.buffer()) == 0) {
                throw new HostException(Errno.EINVAL, "file is empty");
            }
            boolean isRegular = file.stat().kind() == FileStat.Kind.REGULAR;
            return new FilePattern(file, isRegular ? file.length() : Long.MAX_VALUE);
        } catch (BlockException e) {
            file.close();
            throw e;
        }
    }

    @Override
    public void fill(ByteBuffer dst, long position) throws BlockException {
        int done = 0;
        while (done < dst.remaining()) {
            long at = (position + done) % period;
            int count = (int) Math.min(period - at, dst.remaining() - done);
            file.readFully(at, Buffers.slice(dst, done, count));
            done += count;
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
