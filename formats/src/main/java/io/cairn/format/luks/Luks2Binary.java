package io.cairn.format.luks;

import io.cairn.format.crypto.HashAlgorithm;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;

/// The binary part of a LUKS2 header (LUKS2 On-Disk Format Specification, "Binary Header"), which
/// together with the JSON area behind it is kept twice. Numbers are big-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 6 | magic, of the second copy another one |
/// | 6 | 2 | version |
/// | 8 | 8 | hdr_size, with the JSON area |
/// | 16 | 8 | seqid |
/// | 24 | 48 | label |
/// | 72 | 32 | csum_alg |
/// | 104 | 64 | salt |
/// | 168 | 40 | uuid |
/// | 208 | 48 | subsystem |
/// | 256 | 8 | hdr_offset |
/// | 448 | 64 | csum |
final class Luks2Binary {
    static final int LENGTH = 4096;
    static final int MIN_HEADER = 0x4000;
    static final int MAX_HEADER = 0x400000;
    private static final byte[] SECOND_MAGIC = {'S', 'K', 'U', 'L', (byte) 0xba, (byte) 0xbe};
    private static final int HEADER_SIZE = 8;
    private static final int SEQUENCE = 16;
    private static final int CHECKSUM_ALGORITHM = 72;
    private static final int CHECKSUM_NAME_LENGTH = 32;
    private static final int SALT = 104;
    private static final int SALT_LENGTH = 64;
    private static final int UUID = 168;
    private static final int UUID_LENGTH = 40;
    private static final int OFFSET = 256;
    private static final int CHECKSUM = 448;
    private static final int CHECKSUM_LENGTH = 64;

    /// All fields, of the first copy or the second.
    private final byte[] fields;

    private Luks2Binary(byte[] fields) {
        this.fields = fields;
    }

    /// The fields of a new header.
    static Luks2Binary create(int headerSize, String uuid, byte[] salt) {
        ByteBuffer out = ByteBuffer.allocate(LENGTH);
        out.put(0, Luks1Layout.MAGIC).putShort(Luks1Layout.VERSION, (short) 2);
        out.putLong(HEADER_SIZE, headerSize);
        out.put(CHECKSUM_ALGORITHM, ascii(HashAlgorithm.SHA256.label()));
        out.put(SALT, salt, 0, SALT_LENGTH).put(UUID, ascii(uuid));
        return new Luks2Binary(out.array());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /// The fields of a copy if it looks like one that begins at an offset; what its checksum says
    /// {@link #isSound} tells.
    static @Nullable Luks2Binary parse(byte[] bytes, long offset) {
        byte[] magic = offset == 0 ? Luks1Layout.MAGIC : SECOND_MAGIC;
        ByteBuffer in = ByteBuffer.wrap(bytes);
        boolean isCopy =
                Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length)
                        && in.getShort(Luks1Layout.VERSION) == 2
                        && in.getLong(OFFSET) == offset;
        Luks2Binary header = new Luks2Binary(Arrays.copyOf(bytes, LENGTH));
        return isCopy && header.hasPossibleSize() ? header : null;
    }

    private boolean hasPossibleSize() {
        long size = ByteBuffer.wrap(fields).getLong(HEADER_SIZE);
        return size >= MIN_HEADER && size <= MAX_HEADER && Long.bitCount(size) == 1;
    }

    /// The bytes of a copy, JSON area and all.
    int headerSize() {
        return (int) ByteBuffer.wrap(fields).getLong(HEADER_SIZE);
    }

    long sequence() {
        return ByteBuffer.wrap(fields).getLong(SEQUENCE);
    }

    String uuid() {
        int length = 0;
        while (length < UUID_LENGTH && fields[UUID + length] != 0) {
            length++;
        }
        return new String(fields, UUID, length, StandardCharsets.ISO_8859_1);
    }

    /// Whether a copy's checksum is right.
    ///
    /// @param copy all its bytes
    boolean isSound(byte[] copy) {
        HashAlgorithm hash = checksumHash();
        if (hash == null) {
            return false;
        }
        byte[] stored = Arrays.copyOfRange(copy, CHECKSUM, CHECKSUM + hash.length());
        return MessageDigest.isEqual(stored, checksum(hash, copy));
    }

    private @Nullable HashAlgorithm checksumHash() {
        int length = 0;
        while (length < CHECKSUM_NAME_LENGTH && fields[CHECKSUM_ALGORITHM + length] != 0) {
            length++;
        }
        return HashAlgorithm.of(
                new String(fields, CHECKSUM_ALGORITHM, length, StandardCharsets.ISO_8859_1));
    }

    private static byte[] checksum(HashAlgorithm hash, byte[] copy) {
        MessageDigest digest = hash.digest();
        digest.update(copy, 0, CHECKSUM);
        digest.update(new byte[CHECKSUM_LENGTH]);
        digest.update(copy, CHECKSUM + CHECKSUM_LENGTH, copy.length - CHECKSUM - CHECKSUM_LENGTH);
        return digest.digest();
    }

    /// The next header: with a sequence number one higher.
    Luks2Binary next() {
        byte[] changed = fields.clone();
        ByteBuffer.wrap(changed).putLong(SEQUENCE, sequence() + 1);
        return new Luks2Binary(changed);
    }

    /// A copy as it stands on disk.
    ///
    /// @param offset 0 for the first
    /// @param json what is in the JSON area; shorter than it
    /// @param salt random, of this copy's own
    byte[] encode(long offset, byte[] json, byte[] salt) {
        ByteBuffer out = ByteBuffer.allocate(headerSize());
        out.put(0, fields).put(0, offset == 0 ? Luks1Layout.MAGIC : SECOND_MAGIC);
        out.put(SALT, salt, 0, SALT_LENGTH).putLong(OFFSET, offset);
        out.put(LENGTH, json);
        out.put(CHECKSUM, new byte[CHECKSUM_LENGTH]);
        HashAlgorithm hash = checksumHash();
        if (hash == null) {
            throw new IllegalStateException("a checksum that was not checked");
        }
        out.put(CHECKSUM, checksum(hash, out.array()));
        return out.array();
    }
}
