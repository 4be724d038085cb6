package io.cairn.cli.img;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.Images;
import io.cairn.cli.image.OpenMode;
import io.cairn.job.image.CreationTarget;
import io.cairn.job.image.NewFile;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// An image that a command makes to write into it.
final class NewTarget {
    private static final List<String> SECRETS = List.of("key-secret", "encrypt.key-secret");
    private static final long SECTOR = 512;
    private static final String BACKING_FILE = "backing_file";
    private static final String BACKING_FORMAT = "backing_fmt";

    private final Images images;
    private final String filename;
    private final CreationTarget target;
    private final Options options;
    private final NewFile file;

    private NewTarget(
            Images images, String filename, CreationTarget target, Options options, NewFile file) {
        this.images = images;
        this.filename = filename;
        this.target = target;
        this.options = options;
        this.file = file;
    }

    /// Looks the format up and reads its options; nothing is made yet.
    ///
    /// @param optionText what was given by `-o`
    static NewTarget prepare(Images images, String filename, String format, String optionText)
            throws BlockException {
        CreationTarget target = CreationTarget.of(images.graph(), format, filename);
        return new NewTarget(
                images,
                filename,
                target,
                target.options().parse(optionText),
                NewFile.of(images.graph().protocolOf(filename, true), filename));
    }

    /// Makes the image an overlay; null leaves what the options say.
    void setBacking(@Nullable String name, @Nullable String format) throws ToolException {
        set(BACKING_FILE, name, "Backing file");
        set(BACKING_FORMAT, format, "Backing file format");
    }

    private void set(String option, @Nullable String value, String what) throws ToolException {
        if (value == null) {
            return;
        }
        if (target.options().find(option) == null) {
            throw ToolException.of(
                    what + " not supported for file format '" + target.format().name() + "'");
        }
        options.put(option, value);
    }

    /// Whether the image will have a backing file.
    boolean hasBacking() {
        return options.contains(BACKING_FILE);
    }

    boolean hasBackingFormat() {
        return options.contains(BACKING_FORMAT);
    }

    /// Whether the image can be written compressed.
    boolean compresses() {
        return target.format().supportsCompressedWrites();
    }

    /// Whether the image will be encrypted by its format.
    boolean isEncrypted() {
        String old = options.getString("encryption");
        boolean isOld = old != null && (old.equals("on") || old.equals("yes"));
        return isOld || options.contains("encrypt.format");
    }

    /// The file that will be made.
    NewFile file() {
        return file;
    }

    /// Makes the image and opens it.
    ///
    /// @param length the guest's bytes; rounded up to full sectors
    /// @param doing what the command does, as its messages say it: `error while converting qcow2`
    BlockBackend create(long length, String doing, OpenMode mode) throws ToolException {
        options.put("size", Long.toString((length + SECTOR - 1) & -SECTOR));
        Options secrets = secrets();
        try {
            target.create(options);
        } catch (BlockException e) {
            throw ToolException.of(filename + ": " + doing, e);
        }
        return images.openFile(filename, target.format().name(), false, mode, secrets);
    }

    /// The secrets that the image is opened with again: those that it was made with.
    private Options secrets() {
        Options secrets = new Options();
        for (String name : SECRETS) {
            String id = options.getString(name);
            if (id != null) {
                secrets.put(name, id);
            }
        }
        return secrets;
    }
}
