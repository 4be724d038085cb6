package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Preallocation;
import io.cairn.block.option.DriverNames;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.format.luks.LuksCreateOptions;

import org.jspecify.annotations.Nullable;

/// What a new image is made with (QMP reference manual, "BlockdevCreateOptionsQcow2").
///
/// @param size guest bytes, read without a sign
/// @param version 2 or 3
/// @param geometry cluster size and refcount width
/// @param preallocation how far guest clusters are allocated
/// @param compressionType 0 zlib, 1 zstd
/// @param lazyRefcounts whether refcount updates may be postponed
/// @param backingFile name of the backing file, null without one
/// @param backingFormat its format, null if the header is not to say
/// @param luks how guest data are encrypted by LUKS, null if they are not
/// @param aesSecret the secret by which they are encrypted in the old way, null if they are not
record CreateOptions(
        long size,
        int version,
        Geometry geometry,
        Preallocation preallocation,
        int compressionType,
        boolean lazyRefcounts,
        @Nullable String backingFile,
        @Nullable String backingFormat,
        @Nullable LuksCreateOptions luks,
        @Nullable String aesSecret) {
    private static final String SIZE = "size";
    private static final String COMPAT = "compat";
    private static final String BACKING_FILE = "backing_file";
    private static final String BACKING_FMT = "backing_fmt";
    private static final String CLUSTER_SIZE = "cluster_size";
    private static final String PREALLOCATION = "preallocation";
    private static final String COMPRESSION_TYPE = "compression_type";
    private static final String LAZY_REFCOUNTS = "lazy_refcounts";
    private static final String REFCOUNT_BITS = "refcount_bits";
    private static final String DATA_FILE = "data_file";
    private static final String DATA_FILE_RAW = "data_file_raw";
    private static final String EXTENDED_L2 = "extended_l2";
    private static final String ENCRYPTION = "encryption";
    private static final String ENCRYPT_FORMAT = "encrypt.format";

    private static final long SECTOR = 512;

    /// The longest disk that the reference tools handle.
    private static final long MAX_GUEST_BYTES = Long.MAX_VALUE - (1 << 30) + 1;

    private static final int MIN_EXTENDED_L2_CLUSTER_SIZE = 16384;

    private static final Option[] ENCRYPT = {
        Option.string(ENCRYPT_FORMAT, "Encrypt the image, format choices: 'aes', 'luks'"),
        Option.string(
                "encrypt.key-secret", "ID of secret providing qcow AES key or LUKS passphrase"),
        Option.string("encrypt.cipher-alg", "Name of encryption cipher algorithm"),
        Option.string("encrypt.cipher-mode", "Name of encryption cipher mode"),
        Option.string("encrypt.ivgen-alg", "Name of IV generator algorithm"),
        Option.string("encrypt.ivgen-hash-alg", "Name of IV generator hash algorithm"),
        Option.string("encrypt.hash-alg", "Name of encryption hash algorithm"),
        Option.number("encrypt.iter-time", "Time to spend in PBKDF in milliseconds")
    };

    static final OptionSchema<CreateOptions> SCHEMA =
            OptionSchema.of(declare(), CreateOptions::read);

    /// What a choice of {@link #PREALLOCATION} means; their names are those of its declaration.
    private static final Preallocation[] PREALLOCATIONS = Preallocation.values();

    /// The choices of {@link #COMPAT}.
    private enum Version {
        V2,
        V3
    }

    /// The choices of {@link #COMPRESSION_TYPE}, in the order of the header's values.
    private enum CompressionType {
        ZLIB,
        ZSTD
    }

    private static OptionList declare() {
        return OptionList.of(
                        Option.bool(
                                        ENCRYPTION,
                                        "Encrypt the image with format 'aes'. (Deprecated in favor"
                                                + " of encrypt.format=aes)")
                                .commandLineOnly())
                .plus(OptionList.of(ENCRYPT))
                .plus(
                        OptionList.of(
                                Option.size(CLUSTER_SIZE, "qcow2 cluster size")
                                        .withDefault("65536"),
                                Option.bool(EXTENDED_L2, "Extended L2 tables").withDefault("off"),
                                Option.choice(
                                        PREALLOCATION,
                                        "Preallocation mode (allowed values: off, metadata, falloc,"
                                                + " full)",
                                        "off",
                                        "metadata",
                                        "falloc",
                                        "full"),
                                Option.choice(
                                                COMPRESSION_TYPE,
                                                "Compression method used for image cluster"
                                                        + " compression",
                                                "zlib",
                                                "zstd")
                                        .withDefault("zlib"),
                                Option.size(SIZE, "Virtual disk size").mandatory(),
                                Option.choice(
                                                COMPAT,
                                                "Compatibility level (v2 [0.10] or v3 [1.1])",
                                                "v2",
                                                "v3")
                                        .asQmp("version")
                                        .withAlias("0.10", "v2")
                                        .withAlias("1.1", "v3"),
                                Option.string(BACKING_FILE, "File name of a base image"),
                                Option.string(BACKING_FMT, "Image format of the base image"),
                                Option.string(DATA_FILE, "File name of an external data file"),
                                Option.bool(
                                        DATA_FILE_RAW,
                                        "The external data file must stay valid as a raw image"),
                                Option.bool(LAZY_REFCOUNTS, "Postpone refcount updates")
                                        .withDefault("off"),
                                Option.number(
                                                REFCOUNT_BITS,
                                                "Width of a reference count entry in bits")
                                        .withDefault("16")));
    }

    private static CreateOptions read(OptionReader in) throws InvalidOptionException {
        String encryption = readEncryption(in);
        Options encrypt = in.sub("encrypt");
        encrypt.takeText("format");
        Version version = in.choice(COMPAT, Version.values());
        String backingFormat = in.string(BACKING_FMT);
        if (backingFormat != null && !DriverNames.contains(backingFormat)) {
            throw new InvalidOptionException(
                    "Parameter 'backing-fmt' does not accept value '" + backingFormat + "'");
        }
        Preallocation preallocation = in.choice(PREALLOCATION, PREALLOCATIONS);
        CompressionType compression = in.choice(COMPRESSION_TYPE, CompressionType.values());
        int clusterBits = readClusterBits(in);
        int refcountOrder = readRefcountOrder(in);
        CreateOptions options =
                new CreateOptions(
                        in.size(SIZE),
                        version == Version.V2 ? 2 : 3,
                        new Geometry(clusterBits, refcountOrder),
                        preallocation == null ? Preallocation.OFF : preallocation,
                        compression == CompressionType.ZSTD
                                ? Qcow2Layout.COMPRESSION_ZSTD
                                : Qcow2Layout.COMPRESSION_ZLIB,
                        in.bool(LAZY_REFCOUNTS),
                        in.string(BACKING_FILE),
                        backingFormat,
                        "luks".equals(encryption)
                                ? LuksCreateOptions.SCHEMA.read(encrypt, in.dialect())
                                : null,
                        "aes".equals(encryption) ? readAesSecret(encrypt) : null);
        encrypt.requireEmpty("encrypt.");
        options.requireConsistent();
        options.requireNoDataFile(in.string(DATA_FILE), in.bool(DATA_FILE_RAW));
        options.requireNoExtendedL2(in.bool(EXTENDED_L2));
        return options;
    }

    /// The format of the encryption, null for none.
    static @Nullable String readEncryption(OptionReader in) throws InvalidOptionException {
        boolean isGiven = false;
        for (Option option : ENCRYPT) {
            isGiven |= in.isSet(option.name());
        }
        boolean hasFormat = in.isSet(ENCRYPT_FORMAT);
        boolean hasAlias = in.isSet(ENCRYPTION);
        boolean isAlias = in.bool(ENCRYPTION);
        if (hasAlias && hasFormat) {
            throw new InvalidOptionException(
                    "'encrypt.format' and its alias 'encryption' can't be used at the same time");
        }
        if (isGiven && !hasFormat && !isAlias) {
            throw new InvalidOptionException("Parameter 'encrypt.format' is missing");
        }
        String format = in.string(ENCRYPT_FORMAT);
        if (format == null) {
            return isAlias ? "aes" : null;
        }
        if (!format.equals("aes") && !format.equals("luks")) {
            throw new InvalidOptionException(
                    "Parameter 'format' does not accept value '" + format + "'");
        }
        return format;
    }

    private static String readAesSecret(Options encrypt) throws InvalidOptionException {
        String secret = encrypt.takeText("key-secret");
        if (secret == null) {
            throw new InvalidOptionException(
                    "Parameter 'encrypt.key-secret' is required for cipher");
        }
        return secret;
    }

    static int readClusterBits(OptionReader in) throws InvalidOptionException {
        long size = in.size(CLUSTER_SIZE);
        if (Long.bitCount(size) != 1
                || size < 1 << Qcow2Layout.MIN_CLUSTER_BITS
                || size > 1 << Qcow2Layout.MAX_CLUSTER_BITS) {
            throw new InvalidOptionException(
                    "Cluster size must be a power of two between 512 and 2048k");
        }
        return Long.numberOfTrailingZeros(size);
    }

    static int readRefcountOrder(OptionReader in) throws InvalidOptionException {
        long bits = in.number(REFCOUNT_BITS);
        if (Long.bitCount(bits) != 1 || bits < 1 || bits > Long.SIZE) {
            throw new InvalidOptionException(
                    "Refcount width must be a power of two and may not exceed 64 bits");
        }
        return Long.numberOfTrailingZeros(bits);
    }

    private void requireConsistent() throws InvalidOptionException {
        if (geometry.refcountOrder() != Qcow2Layout.DEFAULT_REFCOUNT_ORDER) {
            requireVersion3(
                    "Different refcount widths than 16 bits require compatibility level 1.1 or"
                            + " above (use version=v3 or greater)");
        }
        if (lazyRefcounts) {
            requireVersion3(
                    "Lazy refcounts only supported with compatibility level 1.1 and above (use"
                            + " version=v3 or greater)");
        }
        if (compressionType != Qcow2Layout.COMPRESSION_ZLIB) {
            requireVersion3(
                    "Non-zlib compression type is only supported with compatibility level 1.1 and"
                            + " above (use version=v3 or greater)");
        }
        if (backingFile == null && backingFormat != null) {
            throw new InvalidOptionException("Backing format cannot be used without backing file");
        }
        if (backingFile != null && preallocation != Preallocation.OFF) {
            throw new InvalidOptionException(
                    "Backing file and preallocation can only be used at the same time if"
                            + " extended_l2 is on");
        }
    }

    private void requireNoDataFile(@Nullable String dataFile, boolean isRaw)
            throws InvalidOptionException {
        if (isRaw && dataFile == null) {
            throw new InvalidOptionException("data-file-raw requires data-file");
        }
        if (isRaw && backingFile != null) {
            throw new InvalidOptionException(
                    "Backing file and data-file-raw cannot be used at the same time");
        }
        if (dataFile != null) {
            requireVersion3(
                    "External data files are only supported with compatibility level 1.1 and above"
                            + " (use version=v3 or greater)");
            throw unsupported(DATA_FILE);
        }
    }

    private void requireNoExtendedL2(boolean isExtended) throws InvalidOptionException {
        if (!isExtended) {
            return;
        }
        requireVersion3(
                "Extended L2 entries are only supported with compatibility level 1.1 and above (use"
                        + " version=v3 or greater)");
        if (geometry.clusterSize() < MIN_EXTENDED_L2_CLUSTER_SIZE) {
            throw new InvalidOptionException(
                    "Extended L2 entries are only supported with cluster sizes of at least "
                            + MIN_EXTENDED_L2_CLUSTER_SIZE
                            + " bytes");
        }
        throw unsupported(EXTENDED_L2);
    }

    private void requireVersion3(String message) throws InvalidOptionException {
        if (version < 3) {
            throw new InvalidOptionException(message);
        }
    }

    private static InvalidOptionException unsupported(String option) {
        return new InvalidOptionException("Parameter '" + option + "' is not supported");
    }

    /// The guest bytes of the image: whole sectors.
    ///
    /// @param isExact a size that is not, is refused rather than rounded up
    /// @throws BlockException if a disk cannot be so large; with `EFBIG` if it cannot with these
    ///   clusters
    long guestBytes(boolean isExact) throws BlockException {
        if (isExact && size % SECTOR != 0) {
            throw new InvalidOptionException("Image size must be a multiple of 512 bytes");
        }
        long rounded = (size + SECTOR - 1) & -SECTOR;
        if (size < 0 || rounded < 0) {
            throw new InvalidOptionException(
                    "Could not resize image: Image size cannot be negative");
        }
        if (rounded > MAX_GUEST_BYTES) {
            throw new InvalidOptionException(
                    "Could not resize image: offset("
                            + rounded
                            + ") exceeds maximum("
                            + MAX_GUEST_BYTES
                            + ")");
        }
        if (geometry.l1Entries(rounded) > Qcow2Layout.MAX_L1_BYTES / Long.BYTES) {
            throw BlockException.of(
                    Errno.EFBIG, "Could not resize image: Failed to grow the L1 table");
        }
        return rounded;
    }
}
