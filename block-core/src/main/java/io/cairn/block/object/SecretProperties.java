package io.cairn.block.object;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

/// The properties of a secret (QMP reference manual, "SecretProperties").
///
/// @param data the secret itself
/// @param file where it is, if not in `data`
/// @param coding how either is written
/// @param setsLoaded `loaded` is given, which can only be asked for
record SecretProperties(
        @Nullable String data, @Nullable String file, SecretCoding coding, boolean setsLoaded) {
    static final OptionSchema<SecretProperties> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                                    Option.string("data", "the secret"),
                                    Option.string("file", "the file that holds the secret"),
                                    Option.bool("loaded", "whether it is there; cannot be set"))
                            .plus(SecretCoding.OPTIONS),
                    SecretProperties::read);

    private static SecretProperties read(OptionReader in) throws InvalidOptionException {
        boolean setsLoaded = in.isSet("loaded");
        in.bool("loaded");
        return new SecretProperties(
                in.string("data"), in.string("file"), SecretCoding.read(in), setsLoaded);
    }
}
