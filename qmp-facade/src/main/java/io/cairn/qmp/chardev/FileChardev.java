package io.cairn.qmp.chardev;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;

import java.nio.ByteBuffer;

/// A device whose output goes to a file, and which has no input (QMP reference manual,
/// "ChardevFile").
final class FileChardev implements Chardev {
    private final HostFile file;

    @GuardedBy("this")
    private long end;

    private FileChardev(HostFile file, long end) {
        this.file = file;
        this.end = end;
    }

    /// Opens a file, or makes it.
    ///
    /// @param appends whether what it holds stays
    static FileChardev open(String path, boolean appends) throws BlockException {
        OpenFlags flags = OpenFlags.READ_WRITE.withCreate();
        try {
            HostFile file = HostFile.open(path, appends ? flags : flags.withTruncate());
            return new FileChardev(file, appends ? file.length() : 0);
        } catch (BlockException e) {
            throw e.prefixed("Could not open '" + path + "'");
        }
    }

    private synchronized void write(byte[] bytes) throws BlockException {
        file.write(end, ByteBuffer.allocateDirect(bytes.length).put(bytes).flip());
        end += bytes.length;
    }

    @Override
    public String filename() {
        return "file";
    }

    @Override
    public void attach(FrontEnd frontEnd) {
        OneWayStream.serve("file", frontEnd, this::write);
    }

    @Override
    public void close() {
        file.close();
    }
}
