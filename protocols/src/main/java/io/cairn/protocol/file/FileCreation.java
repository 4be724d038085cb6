package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.ImageLock;
import io.cairn.block.os.OpenFlags;

/// Makes image files.
final class FileCreation {
    /// Write and resize, as the lock counts permissions.
    private static final int WRITE_AND_RESIZE = 0b1010;

    private static final int RESIZE = 0b1000;

    private FileCreation() {}

    /// Makes the file, or empties the one that is there, unless others use it.
    static void create(String filename, Options given) throws BlockException {
        CreateOptions options = CreateOptions.SCHEMA.read(given, Dialect.COMMAND_LINE);
        options.requireSaneHint();
        OpenFlags flags = OpenFlags.READ_WRITE.withCreate();
        HostFile file;
        try {
            file = HostFile.open(filename, flags);
        } catch (BlockException e) {
            throw e.prefixed("Could not create '" + filename + "'");
        }
        try (file;
                ImageLock lock = ImageLock.of(file)) {
            lock.prepare(WRITE_AND_RESIZE, RESIZE);
            lock.commit();
            fill(file, options);
        }
    }

    private static void fill(HostFile file, CreateOptions options) throws BlockException {
        try {
            file.truncate(0);
        } catch (BlockException e) {
            throw e.prefixed("Could not clear the file");
        }
        if (options.nocow()) {
            hint(file::disableCopyOnWrite);
        }
        if (options.extentSizeHint() > 0) {
            hint(() -> file.hintExtentSize((int) options.extentSizeHint()));
        }
        FileLength.set(file, true, options.size(), true, options.preallocation());
    }

    private interface Hint {
        void give() throws BlockException;
    }

    /// Asks the filesystem for something that few can do: a refusal changes nothing that is read.
    private static void hint(Hint hint) {
        try {
            hint.give();
        } catch (BlockException e) {
            return;
        }
    }
}
