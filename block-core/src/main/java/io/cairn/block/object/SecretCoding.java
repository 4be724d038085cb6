package io.cairn.block.object;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// How the bytes of a secret are written where they are kept (QMP reference manual,
/// "SecretCommonProperties").
///
/// @param isBase64 in Base64
/// @param keyId the secret that they are encrypted with, null if they are not
/// @param iv the initialization vector of the encryption, in Base64
record SecretCoding(boolean isBase64, @Nullable String keyId, @Nullable String iv) {
    /// The two ways, in the order in which the option names them.
    private enum Format {
        RAW,
        BASE64
    }

    static final OptionList OPTIONS =
            OptionList.of(
                    Option.choice("format", "how it is written", "raw", "base64"),
                    Option.string("iv", "initialization vector of the encryption"),
                    Option.string("keyid", "id of the secret it is encrypted with"));

    static SecretCoding read(OptionReader in) throws InvalidOptionException {
        return new SecretCoding(
                in.choice("format", Format.values()) == Format.BASE64,
                in.string("keyid"),
                in.string("iv"));
    }

    /// The secret that written bytes stand for.
    ///
    /// @param id the secret's own, which cannot be the key's
    /// @param raw is wiped or returned
    byte[] decode(String id, byte[] raw, ObjectRegistry registry) throws BlockException {
        byte[] value = isBase64 ? decoded(raw) : raw;
        if (id.equals(keyId)) {
            throw new InvalidOptionException("Secret with id '" + id + "' has no data");
        }
        return keyId == null ? value : decrypt(registry, keyId, value);
    }

    private static byte[] decoded(byte[] text) throws InvalidOptionException {
        try {
            return Base64Text.decode(text);
        } finally {
            Arrays.fill(text, (byte) 0);
        }
    }

    private byte[] decrypt(ObjectRegistry registry, String masterId, byte[] encrypted)
            throws InvalidOptionException {
        ObjectRegistry.UserObject key = registry.find(masterId).orElse(null);
        if (key == null) {
            throw new InvalidOptionException("No secret with id '" + masterId + "'");
        }
        if (!(key instanceof Secret master)) {
            throw new InvalidOptionException("Object with id '" + masterId + "' is not a secret");
        }
        if (iv == null) {
            throw new InvalidOptionException("IV is required to decrypt secret");
        }
        byte[] vector = Base64Text.decode(iv.getBytes(StandardCharsets.UTF_8));
        return MasterKey.decrypt(master.value(), vector, encrypted);
    }
}
