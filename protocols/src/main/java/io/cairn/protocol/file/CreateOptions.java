package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Preallocation;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

/// What a new file is made with (QMP reference manual, "BlockdevCreateOptionsFile").
///
/// @param size the file's length in bytes
/// @param preallocation how its space is reserved
/// @param nocow the filesystem is asked not to copy on write
/// @param extentSizeHint the extents that the filesystem is asked to allocate in, 0 for no hint
record CreateOptions(long size, Preallocation preallocation, boolean nocow, long extentSizeHint) {
    private static final String DEFAULT_EXTENT_SIZE_HINT = "1048576";

    static final OptionSchema<CreateOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.size("size", "Virtual disk size"),
                            Option.bool("nocow", "Turn off copy-on-write (valid only on btrfs)"),
                            Option.choice(
                                    "preallocation",
                                    "Preallocation mode (allowed values: off, falloc, full)",
                                    "off",
                                    "metadata",
                                    "falloc",
                                    "full"),
                            Option.size(
                                    "extent_size_hint",
                                    "Extent size hint for the image file, 0 to disable")),
                    CreateOptions::read);

    private static CreateOptions read(OptionReader in) throws InvalidOptionException {
        boolean isHinted = in.isSet("extent_size_hint");
        long hint = in.size("extent_size_hint");
        return new CreateOptions(
                in.size("size"),
                preallocation(in.string("preallocation")),
                in.bool("nocow"),
                isHinted ? hint : Long.parseLong(DEFAULT_EXTENT_SIZE_HINT));
    }

    static Preallocation preallocation(@Nullable String text) throws InvalidOptionException {
        if (text == null) {
            return Preallocation.OFF;
        }
        for (Preallocation mode : Preallocation.values()) {
            if (mode.text().equals(text)) {
                return mode;
            }
        }
        throw new InvalidOptionException("invalid parameter value: " + text);
    }

    /// Refuses a hint that no filesystem could take.
    void requireSaneHint() throws BlockException {
        if (Long.compareUnsigned(extentSizeHint, 0xffffffffL) > 0) {
            throw new InvalidOptionException("Extent size hint is too large");
        }
    }
}
