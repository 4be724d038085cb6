package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;

/// The two copies of a LUKS2 header: the newer sound one counts, and both are written one after the
/// other, so that one is sound at every instant.
final class Luks2Store {
    private static final int SALT_LENGTH = 64;

    private final HeaderArea area;
    private final SecureRandom random;
    private Luks2Binary binary;
    private JsonObject json;
    private volatile boolean isDamaged;

    private Luks2Store(HeaderArea area, Copy copy, boolean isDamaged) {
        this.area = area;
        this.random = new SecureRandom();
        this.binary = copy.binary;
        this.json = copy.json;
        this.isDamaged = isDamaged;
    }

    private record Copy(Luks2Binary binary, JsonObject json) {}

    /// A store for a header that is not written yet.
    static Luks2Store create(HeaderArea area, Luks2Binary binary, JsonObject json) {
        return new Luks2Store(area, new Copy(binary, json), false);
    }

    /// Reads the header; null if there is neither copy of one.
    ///
    /// @throws CorruptImageException if what looks like a header has no sound copy
    static @Nullable Luks2Store read(HeaderArea area) throws BlockException {
        Copy first = copy(area, 0);
        Copy second = null;
        if (first != null) {
            second = copy(area, first.binary.headerSize());
        } else {
            for (int at = Luks2Binary.MIN_HEADER; at <= Luks2Binary.MAX_HEADER; at *= 2) {
                second = second == null ? copy(area, at) : second;
            }
        }
        if (first == null && second == null) {
            return null;
        }
        boolean isSecond =
                first == null
                        || (second != null
                                && Long.compareUnsigned(
                                                second.binary.sequence(), first.binary.sequence())
                                        > 0);
        Copy newer = isSecond ? second : first;
        if (newer == null) {
            throw new IllegalStateException("neither copy");
        }
        boolean isDamaged =
                first == null
                        || second == null
                        || first.binary.sequence() != second.binary.sequence();
        return new Luks2Store(area, newer, isDamaged);
    }

    private static @Nullable Copy copy(HeaderArea area, int offset) throws BlockException {
        Luks2Binary binary = Luks2Binary.parse(area.read(offset, Luks2Binary.LENGTH), offset);
        if (binary == null || (offset > 0 && binary.headerSize() != offset)) {
            return null;
        }
        byte[] bytes = area.read(offset, binary.headerSize());
        if (!binary.isSound(bytes)) {
            return null;
        }
        int end = Luks2Binary.LENGTH;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        String text =
                new String(
                        bytes,
                        Luks2Binary.LENGTH,
                        end - Luks2Binary.LENGTH,
                        StandardCharsets.UTF_8);
        try {
            return new Copy(binary, Json.parseObject(text));
        } catch (BlockException e) {
            throw new CorruptImageException(
                    Errno.EINVAL, "LUKS2 metadata are not valid JSON: " + e.getMessage());
        }
    }

    JsonObject json() {
        return json;
    }

    String uuid() {
        return binary.uuid();
    }

    /// Where the areas of keys begin.
    long keysOffset() {
        return 2L * binary.headerSize();
    }

    /// Whether a copy is missing, damaged or old.
    boolean isDamaged() {
        return isDamaged;
    }

    /// Writes both copies with new metadata.
    void write(JsonObject changed) throws BlockException {
        byte[] text = Json.print(changed).getBytes(StandardCharsets.UTF_8);
        if (text.length >= binary.headerSize() - Luks2Binary.LENGTH) {
            throw new BlockException(Errno.ENOSPC, "LUKS2 metadata have no room in their area");
        }
        Luks2Binary next = binary.next();
        byte[] salt = new byte[SALT_LENGTH];
        for (long offset : new long[] {0, next.headerSize()}) {
            random.nextBytes(salt);
            area.write(offset, next.encode(offset, text, salt));
        }
        binary = next;
        json = changed;
        isDamaged = false;
    }
}
