package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.format.crypto.CipherSpec;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.IvAlgorithm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// A LUKS1 header (LUKS On-Disk Format Specification 1.2.3).
///
/// @param payloadOffset bytes from the header's start, 0 for a header that stands alone
/// @param digest what the volume's key is recognised by
/// @param slots eight
record Luks1Header(
        CipherSpec spec,
        HashAlgorithm hash,
        long payloadOffset,
        KeyDigest digest,
        String uuid,
        List<Luks1Slot> slots) {
    Luks1Header {
        slots = List.copyOf(slots);
    }

    /// The digest of the volume's key.
    static final class KeyDigest {
        private final byte[] value;
        private final byte[] salt;
        private final long iterations;

        KeyDigest(byte[] value, byte[] salt, long iterations) {
            this.value = value.clone();
            this.salt = salt.clone();
            this.iterations = iterations;
        }

        byte[] value() {
            return value.clone();
        }

        byte[] salt() {
            return salt.clone();
        }

        long iterations() {
            return iterations;
        }
    }

    /// Reads a header whose magic and version were recognised.
    ///
    /// @param isDetached the payload is elsewhere
    static Luks1Header parse(byte[] bytes, boolean isDetached) throws BlockException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        String cipher = text(bytes, Luks1Layout.CIPHER_NAME, "cipher name");
        String mode = text(bytes, Luks1Layout.CIPHER_MODE, "cipher mode");
        String hashSpec = text(bytes, Luks1Layout.HASH_SPEC, "hash spec");
        long payload =
                Integer.toUnsignedLong(in.getInt(Luks1Layout.PAYLOAD_OFFSET)) * Luks1Layout.SECTOR;
        if (!isDetached && payload < Luks1Layout.ALIGNMENT) {
            throw corrupt("LUKS payload is overlapping with the header");
        }
        long keyLength = Integer.toUnsignedLong(in.getInt(Luks1Layout.KEY_BYTES));
        KeyDigest digest = digest(in);
        List<Luks1Slot> slots = slots(in, keyLength, payload, isDetached && payload == 0);
        HashAlgorithm hash = HashAlgorithm.of(hashSpec);
        if (hash == null) {
            throw new UnsupportedImageException(
                    Errno.EINVAL, "Hash algorithm '" + hashSpec + "' not supported");
        }
        CipherSpec spec =
                CipherSpec.ofLuks(cipher, mode, (int) Math.min(keyLength, Integer.MAX_VALUE));
        byte[] uuid =
                Arrays.copyOfRange(
                        bytes, Luks1Layout.UUID, Luks1Layout.UUID + Luks1Layout.UUID_LENGTH);
        return new Luks1Header(spec, hash, payload, digest, upToNul(uuid), slots);
    }

    private static KeyDigest digest(ByteBuffer in) throws BlockException {
        byte[] value = new byte[Luks1Layout.DIGEST_LENGTH];
        byte[] salt = new byte[Luks1Layout.SALT_LENGTH];
        in.get(Luks1Layout.DIGEST, value);
        in.get(Luks1Layout.DIGEST_SALT, salt);
        long iterations = Integer.toUnsignedLong(in.getInt(Luks1Layout.DIGEST_ITERATIONS));
        if (iterations == 0) {
            throw corrupt("LUKS key iteration count is zero");
        }
        requireBounded(iterations, "LUKS key");
        return new KeyDigest(value, salt, iterations);
    }

    private static void requireBounded(long iterations, String what) throws BlockException {
        if (iterations > Luks1Layout.MAX_ITERATIONS) {
            throw corrupt(
                    what
                            + " iteration count "
                            + iterations
                            + " is too large, at most "
                            + Luks1Layout.MAX_ITERATIONS
                            + " are supported");
        }
    }

    private static List<Luks1Slot> slots(
            ByteBuffer in, long keyLength, long payload, boolean isUnbounded)
            throws BlockException {
        List<Luks1Slot> slots = new ArrayList<>(Luks1Layout.SLOT_COUNT);
        long[] starts = new long[Luks1Layout.SLOT_COUNT];
        long length = roundUp(keyLength * Luks1Layout.STRIPES, Luks1Layout.SECTOR);
        for (int i = 0; i < starts.length; i++) {
            slots.add(slot(in, i));
            starts[i] = slots.get(i).materialOffset();
        }
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] < 2L * Luks1Layout.SECTOR) {
                throw corrupt("Keyslot " + i + " is overlapping with the LUKS header");
            }
            if (!isUnbounded && starts[i] + length > payload) {
                throw corrupt("Keyslot " + i + " is overlapping with the encrypted payload");
            }
            for (int j = i + 1; j < starts.length; j++) {
                if (starts[i] < starts[j] + length && starts[j] < starts[i] + length) {
                    throw corrupt("Keyslots " + i + " and " + j + " are overlapping in the header");
                }
            }
        }
        return slots;
    }

    private static Luks1Slot slot(ByteBuffer in, int index) throws BlockException {
        int at = Luks1Layout.SLOTS + index * Luks1Layout.SLOT_LENGTH;
        int active = in.getInt(at);
        long iterations = Integer.toUnsignedLong(in.getInt(at + 4));
        byte[] salt = new byte[Luks1Layout.SALT_LENGTH];
        in.get(at + 8, salt);
        long offset = Integer.toUnsignedLong(in.getInt(at + 40)) * Luks1Layout.SECTOR;
        int stripes = in.getInt(at + 44);
        if (stripes != Luks1Layout.STRIPES) {
            throw corrupt(
                    "Keyslot "
                            + index
                            + " is corrupted (stripes "
                            + stripes
                            + " != "
                            + Luks1Layout.STRIPES
                            + ")");
        }
        boolean isActive = active == Luks1Layout.SLOT_ACTIVE;
        if (!isActive && active != Luks1Layout.SLOT_DISABLED) {
            throw corrupt("Keyslot " + index + " state (active/disable) is corrupted");
        }
        if (isActive && iterations == 0) {
            throw corrupt("Keyslot " + index + " iteration count is zero");
        }
        if (isActive) {
            requireBounded(iterations, "Keyslot " + index);
        }
        return new Luks1Slot(isActive, iterations, salt, offset, stripes);
    }

    private static String text(byte[] bytes, int offset, String what) throws BlockException {
        byte[] field = Arrays.copyOfRange(bytes, offset, offset + Luks1Layout.NAME_LENGTH);
        String text = upToNul(field);
        if (text.length() == field.length) {
            throw corrupt("LUKS header " + what + " is not NUL terminated");
        }
        return text;
    }

    private static String upToNul(byte[] field) {
        int length = 0;
        while (length < field.length && field[length] != 0) {
            length++;
        }
        return new String(field, 0, length, StandardCharsets.ISO_8859_1);
    }

    private static BlockException corrupt(String message) {
        return new CorruptImageException(Errno.EINVAL, message);
    }

    static long roundUp(long value, long unit) {
        return (value + unit - 1) / unit * unit;
    }

    /// The header as it stands on disk.
    byte[] toBytes() {
        ByteBuffer out = ByteBuffer.allocate(Luks1Layout.LENGTH);
        out.put(0, Luks1Layout.MAGIC).putShort(Luks1Layout.VERSION, (short) 1);
        put(out, Luks1Layout.CIPHER_NAME, spec.cipher().luksName());
        put(out, Luks1Layout.CIPHER_MODE, spec.luksMode());
        put(out, Luks1Layout.HASH_SPEC, hash.label());
        out.putInt(Luks1Layout.PAYLOAD_OFFSET, (int) (payloadOffset / Luks1Layout.SECTOR));
        out.putInt(Luks1Layout.KEY_BYTES, spec.keyLength());
        out.put(Luks1Layout.DIGEST, digest.value());
        out.put(Luks1Layout.DIGEST_SALT, digest.salt());
        out.putInt(Luks1Layout.DIGEST_ITERATIONS, (int) digest.iterations());
        put(out, Luks1Layout.UUID, uuid);
        for (int i = 0; i < slots.size(); i++) {
            Luks1Slot slot = slots.get(i);
            int at = Luks1Layout.SLOTS + i * Luks1Layout.SLOT_LENGTH;
            out.putInt(at, slot.isActive() ? Luks1Layout.SLOT_ACTIVE : Luks1Layout.SLOT_DISABLED);
            out.putInt(at + 4, (int) slot.iterations());
            out.put(at + 8, slot.salt());
            out.putInt(at + 40, (int) (slot.materialOffset() / Luks1Layout.SECTOR));
            out.putInt(at + 44, slot.stripes());
        }
        return out.array();
    }

    private static void put(ByteBuffer out, int offset, String text) {
        out.put(offset, text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// This header with another slot in a place.
    Luks1Header withSlot(int index, Luks1Slot slot) {
        List<Luks1Slot> changed = new ArrayList<>(slots);
        changed.set(index, slot);
        return new Luks1Header(spec, hash, payloadOffset, digest, uuid, changed);
    }

    /// The bytes of a slot's key material, in whole sectors.
    int materialLength() {
        return (int) roundUp((long) spec.keyLength() * Luks1Layout.STRIPES, Luks1Layout.SECTOR);
    }

    /// What is told of the image (QMP reference manual, "QCryptoBlockInfoLUKS").
    JsonObject info() {
        JsonObject.Builder json = JsonObject.builder();
        json.put("cipher-alg", spec.cipher().label()).put("cipher-mode", spec.mode().label());
        IvAlgorithm iv = spec.iv();
        if (iv != null) {
            json.put("ivgen-alg", iv.label());
        }
        HashAlgorithm ivHash = spec.ivHash();
        if (iv == IvAlgorithm.ESSIV && ivHash != null) {
            json.put("ivgen-hash-alg", ivHash.label());
        }
        json.put("hash-alg", hash.label());
        json.put("payload-offset", payloadOffset);
        json.put("master-key-iters", digest.iterations()).put("uuid", uuid);
        List<JsonValue> list = new ArrayList<>();
        for (Luks1Slot slot : slots) {
            JsonObject.Builder one = JsonObject.builder().put("active", slot.isActive());
            one.put("key-offset", slot.materialOffset());
            if (slot.isActive()) {
                one.put("iters", slot.iterations()).put("stripes", slot.stripes());
            }
            list.add(one.build());
        }
        return json.put("slots", new JsonArray(list)).build();
    }
}
