package io.cairn.format.luks;

/// Constants of the header (LUKS On-Disk Format Specification 1.2.3, "PHDR"). Numbers are
/// big-endian.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 6 | magic |
/// | 6 | 2 | version |
/// | 8 | 32 | cipher-name |
/// | 40 | 32 | cipher-mode |
/// | 72 | 32 | hash-spec |
/// | 104 | 4 | payload-offset, in sectors |
/// | 108 | 4 | key-bytes |
/// | 112 | 20 | mk-digest |
/// | 132 | 32 | mk-digest-salt |
/// | 164 | 4 | mk-digest-iter |
/// | 168 | 40 | uuid |
/// | 208 | 8 × 48 | key slots: active, iterations, salt (32), key-material-offset, stripes |
final class Luks1Layout {
    static final byte[] MAGIC = {'L', 'U', 'K', 'S', (byte) 0xba, (byte) 0xbe};
    static final int MAGIC_LENGTH = 6;
    static final int VERSION = 6;
    static final int CIPHER_NAME = 8;
    static final int CIPHER_MODE = 40;
    static final int HASH_SPEC = 72;
    static final int NAME_LENGTH = 32;
    static final int PAYLOAD_OFFSET = 104;
    static final int KEY_BYTES = 108;
    static final int DIGEST = 112;
    static final int DIGEST_LENGTH = 20;
    static final int DIGEST_SALT = 132;
    static final int SALT_LENGTH = 32;
    static final int DIGEST_ITERATIONS = 164;
    static final int UUID = 168;
    static final int UUID_LENGTH = 40;
    static final int SLOTS = 208;
    static final int SLOT_LENGTH = 48;
    static final int SLOT_COUNT = 8;
    static final int LENGTH = 592;

    static final int SLOT_ACTIVE = 0x00AC71F3;
    static final int SLOT_DISABLED = 0x0000DEAD;
    static final int STRIPES = 4000;
    static final int SECTOR = 512;

    /// Where key material of new volumes is aligned.
    static final int ALIGNMENT = 4096;

    /// More iterations than this are refused: what a header claims must not keep a process busy for
    /// hours.
    static final long MAX_ITERATIONS = 1L << 28;

    private Luks1Layout() {}
}
