package io.cairn.qmp.chardev;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;

import java.nio.ByteBuffer;

/// A file that grows by what is written. Thread-safe.
final class OutputFile implements AutoCloseable {
    private final HostFile file;

    @GuardedBy("this")
    private long end;

    private OutputFile(HostFile file, long end) {
        this.file = file;
        this.end = end;
    }

    /// Opens a file, or makes it.
    ///
    /// @param appends whether what it holds stays
    static OutputFile open(String path, boolean appends) throws BlockException {
        OpenFlags flags = OpenFlags.READ_WRITE.withCreate();
        HostFile file = HostFile.open(path, appends ? flags : flags.withTruncate());
        try {
            return new OutputFile(file, appends ? file.length() : 0);
        } catch (BlockException e) {
            file.close();
            throw e;
        }
    }

    /// @param src direct, taken from position to limit
    synchronized void write(ByteBuffer src) throws BlockException {
        int count = src.remaining();
        file.write(end, src.duplicate());
        end += count;
    }

    @Override
    public void close() {
        file.close();
    }
}
