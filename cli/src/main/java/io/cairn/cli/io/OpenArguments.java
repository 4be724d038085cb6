package io.cairn.cli.io;

import io.cairn.block.Aio;
import io.cairn.block.NodeFlags;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;

/// How an image is to be opened: the options that the tool and its command `open` share.
final class OpenArguments {
    private final Messages messages;
    private final Options options = new Options();
    private CacheMode cache = CacheMode.WRITETHROUGH;
    private Aio aio = Aio.THREADS;
    private boolean isReadOnly;
    private boolean isUnmapping = true;
    private boolean isSnapshot;
    private boolean isCopyOnRead;
    private boolean isForceShare;

    /// Arguments without any option so far: an image to read and write, whose discards are passed
    /// on.
    OpenArguments(Messages messages) {
        this.messages = messages;
    }

    /// Opens read-only.
    void setReadOnly() {
        isReadOnly = true;
    }

    /// Writes to a temporary overlay.
    void setSnapshot() {
        isSnapshot = true;
    }

    /// Copies into the image what is read from below it.
    void setCopyOnRead() {
        isCopyOnRead = true;
    }

    /// Lets others write to the image meanwhile.
    void setForceShare() {
        isForceShare = true;
    }

    void setCache(String mode) throws ToolException {
        cache = CacheMode.parse(mode);
    }

    void setDiscard(String mode) throws ToolException {
        isUnmapping =
                switch (mode) {
                    case "unmap", "on" -> true;
                    case "ignore", "off" -> false;
                    default -> throw ToolException.of("Invalid discard option: ".concat(mode));
                };
    }

    void setAio(String mode) throws ToolException {
        aio =
                Aio.find(mode)
                        .orElseThrow(() -> ToolException.of("Invalid aio option: ".concat(mode)));
    }

    /// Adds node options as they stand after `-o`; a later value of a key counts.
    void addOptions(String text) {
        Keyval parsed = Keyval.parseOpts(text, null);
        for (String warning : parsed.warnings()) {
            messages.warning(warning);
        }
        options.putAll(parsed.toNodeOptions());
    }

    void setFormat(String format) {
        options.put("driver", format);
    }

    /// The node options, those that follow from the others among them.
    Options options() throws ToolException {
        Options all = new Options(options);
        if (isForceShare) {
            String given = options.getString("force-share");
            if (given != null && !given.equals("on")) {
                throw ToolException.of("-U conflicts with image options");
            }
            all.put("force-share", true);
        }
        return all;
    }

    NodeFlags flags() {
        return cache.applyTo(
                NodeFlags.READ_ONLY.withReadOnly(isReadOnly).withUnmap(isUnmapping).withAio(aio));
    }

    boolean isWriteThrough() {
        return cache.writeThrough();
    }

    boolean isSnapshot() {
        return isSnapshot;
    }

    boolean isCopyOnRead() {
        return isCopyOnRead;
    }
}
