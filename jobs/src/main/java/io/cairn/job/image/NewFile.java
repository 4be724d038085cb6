package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostPath;
import io.cairn.block.spi.BlockDriver;

import org.jspecify.annotations.Nullable;

/// A file of the host that is about to be made, and whether there was one of that name before.
///
/// What is no regular file is never taken away.
public final class NewFile {
    private final @Nullable String path;
    private final boolean isNew;

    private NewFile(@Nullable String path, boolean isNew) {
        this.path = path;
        this.isNew = isNew;
    }

    /// Looks whether the file is there.
    ///
    /// @param protocol the driver that will make it; only the files of `file` are looked at
    /// @param filename as the driver takes it
    public static NewFile of(BlockDriver protocol, String filename) throws BlockException {
        if (!protocol.name().equals("file")) {
            return new NewFile(null, false);
        }
        Options options = new Options();
        protocol.parseFilename(filename, options);
        String path = options.getString("filename");
        return new NewFile(path, path != null && !HostPath.exists(path));
    }

    /// Whether there was no such file, so that it may be taken away.
    public boolean isNew() {
        return isNew;
    }

    /// Takes the file away if it was not there at first.
    public void removeIfNew() {
        if (isNew) {
            remove();
        }
    }

    /// Takes the file away, whether or not it was there at first.
    public void remove() {
        if (path != null && HostPath.exists(path)) {
            try {
                if (HostPath.stat(path)
                        .filter(stat -> stat.kind() == FileStat.Kind.REGULAR)
                        .isPresent()) {
                    HostPath.delete(path);
                }
            } catch (BlockException _) {
                // What cannot be taken away stays; the failure that led here is what the user
                // hears.
                return;
            }
        }
    }
}
