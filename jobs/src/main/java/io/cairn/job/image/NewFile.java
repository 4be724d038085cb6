package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostPath;
import io.cairn.block.spi.BlockDriver;

import org.jspecify.annotations.Nullable;

/// A file of the host that is about to be made, and whether there was one of that name before.
///
/// What was there before is never taken away, nor is anything that is no regular file.
public final class NewFile {
    private final @Nullable String path;

    private NewFile(@Nullable String path) {
        this.path = path;
    }

    /// Looks whether the file is there.
    ///
    /// @param protocol the driver that will make it; only the files of `file` are looked at
    /// @param filename as the driver takes it
    public static NewFile of(BlockDriver protocol, String filename) throws BlockException {
        if (!protocol.name().equals("file")) {
            return new NewFile(null);
        }
        Options options = new Options();
        protocol.parseFilename(filename, options);
        String path = options.getString("filename");
        return new NewFile(path == null || HostPath.exists(path) ? null : path);
    }

    /// Whether there was no such file, so that it may be taken away.
    public boolean isNew() {
        return path != null;
    }

    /// Takes the file away if it was not there at first.
    public void removeIfNew() {
        if (path != null && HostPath.exists(path)) {
            try {
                HostPath.delete(path);
            } catch (BlockException _) {
                // What cannot be taken away stays; the failure that led here is what the user
                // hears.
                return;
            }
        }
    }
}
