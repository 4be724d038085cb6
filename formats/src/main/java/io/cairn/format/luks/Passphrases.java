package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.Secret;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Finds the passphrases that options name by the ids of secrets.
public final class Passphrases {
    private Passphrases() {}

    /// The passphrase of a secret, which the caller wipes.
    ///
    /// @param id null if no option named one: then it is the registry's own passphrase
    /// @param option what the option is called where it is required
    public static byte[] require(ObjectRegistry objects, @Nullable String id, String option)
            throws BlockException {
        return get(objects, requireId(objects, id, option));
    }

    /// Refuses a secret that is not there, without a look at what is in it.
    static void requireThere(ObjectRegistry objects, @Nullable String id, String option)
            throws BlockException {
        find(objects, requireId(objects, id, option));
    }

    private static String requireId(ObjectRegistry objects, @Nullable String id, String option)
            throws InvalidOptionException {
        String known = id == null ? objects.passphrase().orElse(null) : id;
        if (known == null) {
            throw new InvalidOptionException("Parameter '" + option + "' is required for cipher");
        }
        return known;
    }

    private static Secret find(ObjectRegistry objects, String id) throws InvalidOptionException {
        ObjectRegistry.UserObject object = objects.find(id).orElse(null);
        if (object == null) {
            throw new InvalidOptionException("No secret with id '" + id + "'");
        }
        if (!(object instanceof Secret secret)) {
            throw new InvalidOptionException("Object with id '" + id + "' is not a secret");
        }
        return secret;
    }

    /// The passphrase of a secret, which the caller wipes.
    static byte[] get(ObjectRegistry objects, String id) throws BlockException {
        byte[] passphrase = find(objects, id).value();
        if (!isText(passphrase)) {
            Arrays.fill(passphrase, (byte) 0);
            throw new InvalidOptionException("Data from secret " + id + " is not valid UTF-8");
        }
        return passphrase;
    }

    private static boolean isText(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).clear();
            return true;
        } catch (CharacterCodingException _) {
            return false;
        }
    }
}
