package io.cairn.format.qcow2;

/// The constants of the format, by the names of its specification; and the limits that every known
/// implementation keeps to.
///
/// | offset | size | header field |
/// |---|---|---|
/// | 0 | 4 | magic |
/// | 4 | 4 | version |
/// | 8 | 8 | backing_file_offset |
/// | 16 | 4 | backing_file_size |
/// | 20 | 4 | cluster_bits |
/// | 24 | 8 | size |
/// | 32 | 4 | crypt_method |
/// | 36 | 4 | l1_size |
/// | 40 | 8 | l1_table_offset |
/// | 48 | 8 | refcount_table_offset |
/// | 56 | 4 | refcount_table_clusters |
/// | 60 | 4 | nb_snapshots |
/// | 64 | 8 | snapshots_offset |
/// | 72 | 8 | incompatible_features |
/// | 80 | 8 | compatible_features |
/// | 88 | 8 | autoclear_features |
/// | 96 | 4 | refcount_order |
/// | 100 | 4 | header_length |
/// | 104 | 1 | compression_type |
final class Qcow2Layout {
    /// `QFI\xfb`.
    static final int MAGIC = 0x514649fb;

    static final int V2_HEADER_LENGTH = 72;
    static final int V3_MIN_HEADER_LENGTH = 104;

    /// The length of the headers that we write for version 3: up to compression_type, padded.
    static final int V3_HEADER_LENGTH = 112;

    static final int MIN_CLUSTER_BITS = 9;
    static final int MAX_CLUSTER_BITS = 21;
    static final int DEFAULT_CLUSTER_BITS = 16;
    static final int DEFAULT_REFCOUNT_ORDER = 4;
    static final int MAX_REFCOUNT_ORDER = 6;

    /// Bit 0 of incompatible_features: refcounts may be stale.
    static final long INCOMPATIBLE_DIRTY = 1;

    /// Bit 1 of incompatible_features: any structure may be damaged.
    static final long INCOMPATIBLE_CORRUPT = 1 << 1;

    /// Bit 2 of incompatible_features: guest clusters are in an external data file.
    static final long INCOMPATIBLE_DATA_FILE = 1 << 2;

    /// Bit 3 of incompatible_features: compression_type is not zlib.
    static final long INCOMPATIBLE_COMPRESSION_TYPE = 1 << 3;

    /// Bit 4 of incompatible_features: L2 entries have 128 bits.
    static final long INCOMPATIBLE_EXTENDED_L2 = 1 << 4;

    static final long INCOMPATIBLE_KNOWN = (1 << 5) - 1;

    /// Bit 0 of compatible_features: refcount updates may be postponed.
    static final long COMPATIBLE_LAZY_REFCOUNTS = 1;

    /// Bit 0 of autoclear_features: the bitmaps extension is consistent.
    static final long AUTOCLEAR_BITMAPS = 1;

    /// Bit 1 of autoclear_features: the external data file is a raw image by itself.
    static final long AUTOCLEAR_RAW_DATA_FILE = 1 << 1;

    static final long AUTOCLEAR_KNOWN = AUTOCLEAR_BITMAPS | AUTOCLEAR_RAW_DATA_FILE;

    static final int EXTENSION_END = 0;
    static final int EXTENSION_BACKING_FORMAT = 0xe2792aca;
    static final int EXTENSION_FEATURE_NAMES = 0x6803f857;
    static final int EXTENSION_BITMAPS = 0x23852875;
    static final int EXTENSION_CRYPTO = 0x0537be77;
    static final int EXTENSION_DATA_FILE = 0x44415441;

    /// Bytes of an extension's type and length.
    static final int EXTENSION_HEADER_LENGTH = 8;

    static final int CRYPT_NONE = 0;
    static final int CRYPT_AES = 1;
    static final int CRYPT_LUKS = 2;

    static final int COMPRESSION_ZLIB = 0;
    static final int COMPRESSION_ZSTD = 1;

    /// Bit 63 of L1 and L2 entries: the refcount is exactly one.
    static final long COPIED = 1L << 63;

    /// Bit 62 of L2 entries: the cluster is compressed.
    static final long COMPRESSED = 1L << 62;

    /// Bit 0 of standard L2 entries, version 3: the cluster reads as zeroes.
    static final long ZERO = 1;

    /// Bits 9 to 55 of L1 and standard L2 entries: a host offset.
    static final long OFFSET_MASK = 0x00ff_ffff_ffff_fe00L;

    /// Bits of a standard L2 entry that are reserved.
    static final long L2_RESERVED_MASK = 0x3f00_0000_0000_01feL;

    /// Bits of an L1 entry that are reserved.
    static final long L1_RESERVED_MASK = 0x7f00_0000_0000_01ffL;

    /// Bits 9 to 63 of refcount table entries: the offset of a refcount block.
    static final long REFBLOCK_OFFSET_MASK = 0xffff_ffff_ffff_fe00L;

    /// Unit in which the length of compressed data is counted.
    static final int COMPRESSED_SECTOR = 512;

    /// Host offsets in L1 and L2 entries are below this.
    static final long MAX_HOST_OFFSET = 1L << 56;

    static final int MAX_BACKING_NAME_LENGTH = 1023;
    static final int MAX_BACKING_FORMAT_LENGTH = 15;
    static final long MAX_L1_BYTES = 32 << 20;
    static final long MAX_REFCOUNT_TABLE_BYTES = 8 << 20;
    static final int MAX_SNAPSHOTS = 65536;
    static final int MAX_SNAPSHOT_EXTRA_DATA = 1024;
    static final long MAX_SNAPSHOT_TABLE_BYTES = 64L * MAX_SNAPSHOTS * 16;
    static final int MAX_BITMAPS = 65535;
    static final int MAX_BITMAP_NAME_LENGTH = 1023;
    static final long MAX_BITMAP_DIRECTORY_BYTES = 1024L * MAX_BITMAPS;
    static final long MAX_BITMAP_TABLE_ENTRIES = 1 << 27;

    private Qcow2Layout() {}
}
