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
/// @param isBase64 either is in Base64
/// @param keyId the secret that it is encrypted with, null if it is not
/// @param iv the initialization vector of the encryption, in Base64
/// @param setsLoaded `loaded` is given, which can only be asked for
record SecretProperties(
        @Nullable String data,
        @Nullable String file,
        boolean isBase64,
        @Nullable String keyId,
        @Nullable String iv,
        boolean setsLoaded) {
    /// How a secret is written, in the order in which the option names it.
    private enum Format {
        RAW,
        BASE64
    }

    static final OptionSchema<SecretProperties> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string("data", "the secret"),
                            Option.string("file", "the file that holds the secret"),
                            Option.choice("format", "how it is written", "raw", "base64"),
                            Option.string("iv", "initialization vector of the encryption"),
                            Option.string("keyid", "id of the secret it is encrypted with"),
                            Option.bool("loaded", "whether it is there; cannot be set")),
                    SecretProperties::read);

    private static SecretProperties read(OptionReader in) throws InvalidOptionException {
        boolean setsLoaded = in.isSet("loaded");
        in.bool("loaded");
        return new SecretProperties(
                in.string("data"),
                in.string("file"),
                in.choice("format", Format.values()) == Format.BASE64,
                in.string("keyid"),
                in.string("iv"),
                setsLoaded);
    }
}
