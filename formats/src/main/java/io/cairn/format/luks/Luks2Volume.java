package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.format.crypto.CipherSpec;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.IvAlgorithm;

import org.jspecify.annotations.Nullable;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// A volume of version 2 (LUKS2 On-Disk Format Specification): one segment of encrypted data, and
/// what opens it. Members of the metadata that we do not know are kept.
final class Luks2Volume implements Volume {
    private static final int SLOTS = 32;
    private static final int MAX_KEY_LENGTH = 512;
    private static final int SALT_LENGTH = 32;
    private static final String KEYSLOTS = "keyslots";
    private static final String DIGESTS = "digests";
    private static final String SEGMENTS = "segments";
    private static final String TOKENS = "tokens";

    private final HeaderArea area;
    private final Luks2Store store;
    private final SecureRandom random = new SecureRandom();
    private final String segmentName;
    private final String digestName;
    private final CipherSpec spec;
    private final int keyLength;
    private final long payloadOffset;
    private final long payloadLength;
    private final int sectorSize;
    private final long firstSector;

    private Luks2Volume(HeaderArea area, Luks2Store store) throws BlockException {
        this.area = area;
        this.store = store;
        JsonObject json = store.json();
        requireNoRequirements(json);
        JsonObject segments = Luks2Json.object(json, SEGMENTS);
        if (segments.members().size() != 1) {
            throw unsupported("LUKS2 volumes of several segments");
        }
        segmentName = segments.members().keySet().iterator().next();
        JsonObject segment = Luks2Json.object(segments, segmentName);
        if (!Luks2Json.text(segment, "type").equals("crypt")) {
            throw unsupported("LUKS2 segments of type '" + Luks2Json.text(segment, "type") + "'");
        }
        if (segment.get("integrity") != null) {
            throw unsupported("LUKS2 integrity protection");
        }
        if (segment.get("flags") != null) {
            throw unsupported("LUKS2 segments with flags");
        }
        payloadOffset = Luks2Json.large(segment, "offset");
        payloadLength =
                Luks2Json.text(segment, "size").equals("dynamic")
                        ? -1
                        : Luks2Json.large(segment, "size");
        sectorSize = Luks2Json.number(segment, "sector_size");
        if (sectorSize < 512 || sectorSize > 4096 || Integer.bitCount(sectorSize) != 1) {
            throw Luks2Json.corrupt("'sector_size' is " + sectorSize);
        }
        if ((payloadOffset & 511) != 0 || (payloadLength > 0 && payloadLength % sectorSize != 0)) {
            throw Luks2Json.corrupt("the segment is not of whole sectors");
        }
        firstSector = Luks2Json.large(segment, "iv_tweak");
        if (firstSector > Long.MAX_VALUE / 1024) {
            throw Luks2Json.corrupt("'iv_tweak' is out of range");
        }
        digestName = digestOf(json, segmentName);
        String encryption = Luks2Json.text(segment, "encryption");
        keyLength = keyLength(json, encryption);
        spec = spec(encryption, keyLength);
    }

    /// The volume of a header; null if there is none.
    static @Nullable Luks2Volume read(HeaderArea area) throws BlockException {
        Luks2Store store = Luks2Store.read(area);
        return store == null ? null : new Luks2Volume(area, store);
    }

    private static BlockException unsupported(String what) {
        return new UnsupportedImageException(Errno.ENOTSUP, what + " are not supported");
    }

    private static void requireNoRequirements(JsonObject json) throws BlockException {
        JsonObject config = Luks2Json.object(json, "config");
        if (!(config.get("requirements") instanceof JsonObject requirements)
                || requirements.get("mandatory") == null) {
            return;
        }
        List<String> names = Luks2Json.texts(requirements, "mandatory");
        if (!names.isEmpty()) {
            throw unsupported("LUKS2 volumes that require '" + String.join("', '", names) + "'");
        }
    }

    private static String digestOf(JsonObject json, String segment) throws BlockException {
        JsonObject digests = Luks2Json.object(json, DIGESTS);
        for (String name : digests.members().keySet()) {
            if (Luks2Json.texts(Luks2Json.object(digests, name), SEGMENTS).contains(segment)) {
                return name;
            }
        }
        throw Luks2Json.corrupt("no digest belongs to segment " + segment);
    }

    private int keyLength(JsonObject json, String encryption) throws BlockException {
        JsonObject slots = Luks2Json.object(json, KEYSLOTS);
        for (String name : Luks2Json.texts(digest(), KEYSLOTS)) {
            int length = Luks2Json.number(Luks2Json.object(slots, name), "key_size");
            if (length < 1 || length > MAX_KEY_LENGTH) {
                throw Luks2Json.corrupt("keyslot " + name + " has a key of " + length + " bytes");
            }
            return length;
        }
        // Without a slot nothing tells, and nothing opens the volume either.
        return encryption.contains("-xts-") ? 64 : 32;
    }

    private static CipherSpec spec(String encryption, int keyLength) throws BlockException {
        int dash = encryption.indexOf('-');
        return dash < 0
                ? CipherSpec.ofLuks(encryption, "", keyLength)
                : CipherSpec.ofLuks(
                        encryption.substring(0, dash), encryption.substring(dash + 1), keyLength);
    }

    private JsonObject digest() throws BlockException {
        return Luks2Json.object(Luks2Json.object(store.json(), DIGESTS), digestName);
    }

    private @Nullable JsonObject slot(int number) {
        return store.json().get(KEYSLOTS) instanceof JsonObject slots
                        && slots.get(Integer.toString(number)) instanceof JsonObject slot
                ? slot
                : null;
    }

    /// Whether a copy of the metadata is damaged, and the other one sound.
    boolean isDamaged() {
        return store.isDamaged();
    }

    /// Writes both copies anew if one was damaged.
    void repair() throws BlockException {
        if (store.isDamaged()) {
            store.write(store.json());
        }
    }

    @Override
    public long payloadOffset() {
        return payloadOffset;
    }

    @Override
    public long payloadLength() {
        return payloadLength;
    }

    @Override
    public int sectorSize() {
        return sectorSize;
    }

    @Override
    public long firstSector() {
        return firstSector;
    }

    @Override
    public CipherSpec spec() {
        return spec;
    }

    @Override
    public int slotCount() {
        return SLOTS;
    }

    @Override
    public boolean isActive(int slot) {
        return slot(slot) != null;
    }

    // ---- keys

    @Override
    public Optional<byte[]> unlock(int number, byte[] passphrase) throws BlockException {
        JsonObject slot = slot(number);
        if (slot == null
                || !Luks2Json.texts(digest(), KEYSLOTS).contains(Integer.toString(number))) {
            return Optional.empty();
        }
        Luks2Slot keys = Luks2Slot.of(slot, number, keyLength);
        byte[] key = keys.open(area, passphrase);
        if (isKey(key)) {
            return Optional.of(key);
        }
        Arrays.fill(key, (byte) 0);
        return Optional.empty();
    }

    private boolean isKey(byte[] key) throws BlockException {
        JsonObject digest = digest();
        byte[] expected = Luks2Json.bytes(digest, "digest");
        if (expected.length == 0 || expected.length > MAX_KEY_LENGTH) {
            throw Luks2Json.corrupt("a digest of " + expected.length + " bytes");
        }
        byte[] actual =
                Luks2Kdf.of(digest, "Digest " + digestName)
                        .derive(key, Luks2Json.bytes(digest, "salt"), expected.length);
        return MessageDigest.isEqual(actual, expected);
    }

    @Override
    public void addKey(int number, byte[] key, byte[] passphrase, long iterTime)
            throws BlockException {
        Luks2Kdf kdf = Luks2Creation.kdfLike(anySlot(), iterTime, key.length);
        String name = Integer.toString(number);
        JsonObject json = store.json();
        JsonObject slots = Luks2Json.without(Luks2Json.object(json, KEYSLOTS), name);
        byte[] salt = new byte[SALT_LENGTH];
        random.nextBytes(salt);
        Luks2Slot slot = Luks2Slot.fresh(kdf, salt, spec, key.length, freeArea(slots, key.length));
        slot.seal(area, key, passphrase, random);
        JsonObject changed =
                Luks2Json.with(json, KEYSLOTS, Luks2Json.with(slots, name, slot.toJson()));
        List<String> listed = new ArrayList<>(Luks2Json.texts(digest(), KEYSLOTS));
        if (!listed.contains(name)) {
            listed.add(name);
        }
        store.write(withDigestSlots(changed, listed));
    }

    private @Nullable JsonObject anySlot() {
        for (int i = 0; i < SLOTS; i++) {
            JsonObject slot = slot(i);
            if (slot != null) {
                return slot;
            }
        }
        return null;
    }

    private JsonObject withDigestSlots(JsonObject json, List<String> names) throws BlockException {
        JsonObject digest = Luks2Json.with(digest(), KEYSLOTS, Luks2Json.texts(names));
        JsonObject digests = Luks2Json.with(Luks2Json.object(json, DIGESTS), digestName, digest);
        return Luks2Json.with(json, DIGESTS, digests);
    }

    /// A place for key material that no slot has.
    private long freeArea(JsonObject slots, int length) throws BlockException {
        long size = Luks2Slot.areaLength(length);
        long end = store.keysOffset() + Luks2Json.large(config(), "keyslots_size");
        List<long[]> taken = new ArrayList<>();
        for (String name : slots.members().keySet()) {
            JsonObject place = Luks2Json.object(Luks2Json.object(slots, name), "area");
            long start = Luks2Json.large(place, "offset");
            taken.add(new long[] {start, start + Luks2Json.large(place, "size")});
        }
        taken.sort((a, b) -> Long.compare(a[0], b[0]));
        long at = store.keysOffset();
        for (long[] range : taken) {
            if (range[0] - at >= size) {
                break;
            }
            at = Math.max(at, Luks1Header.roundUp(range[1], Luks1Layout.ALIGNMENT));
        }
        if (at > end - size) {
            throw new BlockException(Errno.ENOSPC, "There is no room for another LUKS2 keyslot");
        }
        return at;
    }

    private JsonObject config() throws BlockException {
        return Luks2Json.object(store.json(), "config");
    }

    @Override
    public void eraseKey(int number) throws BlockException {
        JsonObject slot = slot(number);
        if (slot == null) {
            return;
        }
        String name = Integer.toString(number);
        Luks2Slot keys = Luks2Slot.of(slot, number, keyLength);
        JsonObject json = store.json();
        JsonObject changed =
                Luks2Json.with(
                        json, KEYSLOTS, Luks2Json.without(Luks2Json.object(json, KEYSLOTS), name));
        List<String> listed = new ArrayList<>(Luks2Json.texts(digest(), KEYSLOTS));
        listed.remove(name);
        store.write(withoutTokensOf(withDigestSlots(changed, listed), name));
        keys.wipe(area, random);
    }

    /// Tokens stay, but none refers to a slot that has gone.
    private static JsonObject withoutTokensOf(JsonObject json, String slot) throws BlockException {
        if (!(json.get(TOKENS) instanceof JsonObject tokens)) {
            return json;
        }
        JsonObject.Builder kept = JsonObject.builder();
        for (String name : tokens.members().keySet()) {
            JsonObject token = Luks2Json.object(tokens, name);
            List<String> listed = new ArrayList<>(Luks2Json.texts(token, KEYSLOTS));
            listed.remove(slot);
            kept.put(name, Luks2Json.with(token, KEYSLOTS, Luks2Json.texts(listed)));
        }
        return Luks2Json.with(json, TOKENS, kept.build());
    }

    // ---- info

    @Override
    public JsonObject info() {
        JsonObject.Builder json = JsonObject.builder();
        json.put("version", 2).put("uuid", store.uuid());
        json.put("cipher-alg", spec.cipher().label()).put("cipher-mode", spec.mode().label());
        IvAlgorithm iv = spec.iv();
        if (iv != null) {
            json.put("ivgen-alg", iv.label());
        }
        HashAlgorithm ivHash = spec.ivHash();
        if (iv == IvAlgorithm.ESSIV && ivHash != null) {
            json.put("ivgen-hash-alg", ivHash.label());
        }
        json.put("payload-offset", payloadOffset).put("sector-size", sectorSize);
        List<JsonValue> slots = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            JsonObject slot = slot(i);
            if (slot != null) {
                slots.add(info(i, slot));
            }
        }
        return json.put("slots", new JsonArray(slots)).build();
    }

    private static JsonObject info(int number, JsonObject slot) {
        JsonObject.Builder out = JsonObject.builder().put("index", number).put("active", true);
        if (slot.get("area") instanceof JsonObject area && area.get("offset") != null) {
            try {
                out.put("key-offset", Luks2Json.large(area, "offset"));
            } catch (BlockException _) {
                // Opening the slot will say so.
                return out.build();
            }
        }
        if (slot.get("kdf") instanceof JsonObject kdf) {
            kdf.members()
                    .forEach((key, value) -> {
                        if (!key.equals("salt")) {
                            out.put(key.equals("type") ? "kdf" : key, value);
                        }
                    });
        }
        return out.build();
    }
}
