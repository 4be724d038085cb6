package io.cairn.block.filter;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Dialect;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.OptionType;

import org.jspecify.annotations.Nullable;

/// What a `copy-before-write` node is opened with besides its children (QMP reference manual,
/// "BlockdevOptionsCbw").
///
/// @param bitmap what is copied, null for everything
/// @param onError what becomes of a write whose old data could not be copied
/// @param timeoutSeconds how long a write waits for the copy, 0 for as long as it takes
record CopyBeforeWriteOptions(@Nullable BitmapName bitmap, OnError onError, long timeoutSeconds) {
    /// Which of the two gives way when a copy fails.
    enum OnError {
        /// The guest's write fails; the point in time stays whole.
        BREAK_GUEST_WRITE,
        /// The guest's write is done; the point in time is lost.
        BREAK_SNAPSHOT
    }

    /// A bitmap of a node (QMP reference manual, "BlockDirtyBitmap").
    record BitmapName(String node, String name) {
        private static final OptionSchema<BitmapName> SCHEMA =
                OptionSchema.of(
                        OptionList.of(
                                Option.string("node", "node of the bitmap").mandatory(),
                                Option.string("name", "name of the bitmap").mandatory()),
                        in -> new BitmapName(in.requiredString("node"), in.requiredString("name")));
    }

    private static final String BITMAP = "bitmap";

    static final OptionSchema<CopyBeforeWriteOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.choice(
                                            "on-cbw-error",
                                            "what gives way when a copy fails",
                                            "break-guest-write",
                                            "break-snapshot")
                                    .withDefault("break-guest-write"),
                            Option.of(
                                    "cbw-timeout",
                                    OptionType.UINT32,
                                    "seconds that a copy may take")),
                    CopyBeforeWriteOptions::read);

    private static CopyBeforeWriteOptions read(OptionReader in) throws InvalidOptionException {
        var bitmap = in.sub(BITMAP);
        OnError onError = in.choice("on-cbw-error", OnError.values());
        return new CopyBeforeWriteOptions(
                bitmap.isEmpty()
                        ? null
                        : BitmapName.SCHEMA.read(bitmap, Dialect.KEYVAL, BITMAP + "."),
                onError == null ? OnError.BREAK_GUEST_WRITE : onError,
                in.number("cbw-timeout"));
    }
}
