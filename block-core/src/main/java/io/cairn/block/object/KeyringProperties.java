package io.cairn.block.object;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

/// The properties of a secret that the kernel keeps (QMP reference manual,
/// "SecretKeyringProperties").
///
/// @param serial the key's number
/// @param coding how its payload is written
/// @param setsLoaded `loaded` is given, which can only be asked for
record KeyringProperties(int serial, SecretCoding coding, boolean setsLoaded) {
    private static final String SERIAL = "serial";

    static final OptionSchema<KeyringProperties> SCHEMA =
            OptionSchema.of(
                    SecretCoding.OPTIONS.plus(
                            OptionList.of(
                                    Option.bool("loaded", "whether it is there; cannot be set"),
                                    Option.number(SERIAL, "the key's number").mandatory())),
                    KeyringProperties::read);

    private static KeyringProperties read(OptionReader in) throws InvalidOptionException {
        boolean setsLoaded = in.isSet("loaded");
        in.bool("loaded");
        SecretCoding coding = SecretCoding.read(in);
        long serial = in.number(SERIAL);
        if (serial != (int) serial) {
            throw new InvalidOptionException("Parameter '" + SERIAL + "' expects int32_t");
        }
        return new KeyringProperties((int) serial, coding, setsLoaded);
    }
}
