package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.option.JsonObject;
import io.cairn.format.crypto.Argon2;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.Pbkdf2;

/// What stretches a passphrase (LUKS2 On-Disk Format Specification, "KDF Object").
sealed interface Luks2Kdf {
    /// Stretches a passphrase.
    byte[] derive(byte[] passphrase, byte[] salt, int keyLength) throws BlockException;

    /// The object without its salt.
    JsonObject.Builder toJson();

    /// PBKDF2.
    record Iterated(HashAlgorithm hash, long iterations) implements Luks2Kdf {
        @Override
        public byte[] derive(byte[] passphrase, byte[] salt, int keyLength) throws BlockException {
            return Pbkdf2.derive(hash, passphrase, salt, iterations, keyLength);
        }

        @Override
        public JsonObject.Builder toJson() {
            return JsonObject.builder()
                    .put("type", "pbkdf2")
                    .put("hash", hash.label())
                    .put("iterations", iterations);
        }
    }

    /// Argon2.
    record MemoryHard(Argon2 argon2) implements Luks2Kdf {
        @Override
        public byte[] derive(byte[] passphrase, byte[] salt, int keyLength) throws BlockException {
            return argon2.derive(passphrase, salt, keyLength);
        }

        @Override
        public JsonObject.Builder toJson() {
            return JsonObject.builder()
                    .put("type", argon2.isIdentity() ? "argon2id" : "argon2i")
                    .put("time", argon2.passes())
                    .put("memory", argon2.memoryKiB())
                    .put("cpus", argon2.lanes());
        }
    }

    /// Reads an object.
    ///
    /// @param what has it: `Keyslot 0`
    static Luks2Kdf of(JsonObject in, String what) throws BlockException {
        String type = Luks2Json.text(in, "type");
        switch (type) {
            case "pbkdf2" -> {
                long iterations = Luks2Json.number(in, "iterations");
                if (iterations < 1 || iterations > Luks1Layout.MAX_ITERATIONS) {
                    throw new CorruptImageException(
                            Errno.EINVAL,
                            what
                                    + " iteration count "
                                    + iterations
                                    + " is out of range, at most "
                                    + Luks1Layout.MAX_ITERATIONS
                                    + " are supported");
                }
                return new Iterated(hash(in), iterations);
            }
            case "argon2i", "argon2id" -> {
                Argon2 argon2 =
                        new Argon2(
                                type.equals("argon2id"),
                                Luks2Json.number(in, "time"),
                                Luks2Json.number(in, "memory"),
                                Luks2Json.number(in, "cpus"));
                argon2.requireBounded(what);
                return new MemoryHard(argon2);
            }
            default ->
                    throw new UnsupportedImageException(
                            Errno.ENOTSUP, what + " uses '" + type + "', which is not supported");
        }
    }

    static HashAlgorithm hash(JsonObject in) throws BlockException {
        String name = Luks2Json.text(in, "hash");
        HashAlgorithm hash = HashAlgorithm.of(name);
        if (hash == null) {
            throw new UnsupportedImageException(
                    Errno.EINVAL, "Hash algorithm '" + name + "' not supported");
        }
        return hash;
    }
}
