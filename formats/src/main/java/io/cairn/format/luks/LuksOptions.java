package io.cairn.format.luks;

import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

/// What a LUKS node is opened with (QMP reference manual, "BlockdevOptionsLUKS").
///
/// @param keySecret the id of the secret with the passphrase
record LuksOptions(@Nullable String keySecret) {
    static final String KEY_SECRET = "key-secret";

    static final OptionSchema<LuksOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string(
                                    KEY_SECRET,
                                    "ID of the secret that provides the keyslot passphrase")),
                    (OptionReader in) -> new LuksOptions(in.string(KEY_SECRET)));
}
