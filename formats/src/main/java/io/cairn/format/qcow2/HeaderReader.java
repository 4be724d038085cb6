package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.UnsupportedImageException;
import io.cairn.block.spi.Child;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads a header and checks every field against the format and the implementation limits.
final class HeaderReader {
    /// Headers with their extensions rarely reach beyond this.
    private static final int FIRST_READ = 4096;

    private final Child file;
    private final boolean toleratesDamage;
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    private HeaderReader(Child file, boolean toleratesDamage) {
        this.file = file;
        this.toleratesDamage = toleratesDamage;
    }

    /// The header of an image.
    ///
    /// @param toleratesDamage the image is to be checked: a missing refcount table is no reason to
    ///   fail
    static Qcow2Header read(Child file, boolean toleratesDamage) throws BlockException {
        return new HeaderReader(file, toleratesDamage).read();
    }

    private Qcow2Header read() throws BlockException {
        fetch(FIRST_READ);
        if (bytes.getInt(0) != Qcow2Layout.MAGIC) {
            throw corrupt("Image is not in qcow2 format");
        }
        int version = bytes.getInt(4);
        if (version < 2 || version > 3) {
            throw new UnsupportedImageException(
                    Errno.ENOTSUP,
                    "Unsupported qcow2 version " + Integer.toUnsignedString(version));
        }
        int clusterBits = bytes.getInt(20);
        if (clusterBits < Qcow2Layout.MIN_CLUSTER_BITS
                || clusterBits > Qcow2Layout.MAX_CLUSTER_BITS) {
            throw corrupt("Unsupported cluster size: 2^" + Integer.toUnsignedString(clusterBits));
        }
        int clusterSize = 1 << clusterBits;
        int headerLength = readHeaderLength(version, clusterSize);
        int extensionsEnd = readExtensionsEnd(clusterSize);
        int compressionType = readCompressionType(version, headerLength);
        Features features =
                version < 3
                        ? Features.NONE
                        : new Features(bytes.getLong(72), bytes.getLong(80), bytes.getLong(88));
        requireKnownFeatures(features, headerLength, extensionsEnd);
        requireCompressionBit(features, compressionType);
        int refcountOrder = version < 3 ? Qcow2Layout.DEFAULT_REFCOUNT_ORDER : bytes.getInt(96);
        if (refcountOrder < 0 || refcountOrder > Qcow2Layout.MAX_REFCOUNT_ORDER) {
            throw corrupt("Reference count entry width too large; may not exceed 64 bits");
        }
        Geometry geometry = new Geometry(clusterBits, refcountOrder);
        int cryptMethod = bytes.getInt(32);
        if (cryptMethod < 0 || cryptMethod > Qcow2Layout.CRYPT_LUKS) {
            throw corrupt("Unsupported encryption method " + Integer.toUnsignedString(cryptMethod));
        }
        TableLocation refcountTable = readRefcountTable(geometry);
        TableLocation snapshots =
                table(64, 60, Qcow2Layout.MAX_SNAPSHOTS, 1, geometry, "Snapshot table");
        TableLocation l1 = readL1(geometry);
        long size = bytes.getLong(24);
        requireCovered(size, l1, geometry);
        List<HeaderExtension> extensions = readExtensions(headerLength, extensionsEnd);
        return new Qcow2Header(
                version,
                geometry,
                size,
                cryptMethod,
                readBackingName(clusterSize),
                l1,
                refcountTable,
                snapshots,
                features,
                compressionType,
                readUnknownFields(headerLength),
                extensions);
    }

    private int readHeaderLength(int version, int clusterSize) throws BlockException {
        if (version < 3) {
            return Qcow2Layout.V2_HEADER_LENGTH;
        }
        long length = Integer.toUnsignedLong(bytes.getInt(100));
        if (length < Qcow2Layout.V3_MIN_HEADER_LENGTH) {
            throw corrupt("qcow2 header too short");
        }
        if (length > clusterSize) {
            throw corrupt("qcow2 header exceeds cluster size");
        }
        return (int) length;
    }

    /// Extensions end where the backing file's name begins, or with the cluster.
    private int readExtensionsEnd(int clusterSize) throws BlockException {
        long backingOffset = bytes.getLong(8);
        if (backingOffset < 0 || backingOffset > clusterSize) {
            throw corrupt("Invalid backing file offset");
        }
        return backingOffset == 0 ? clusterSize : (int) backingOffset;
    }

    private int readCompressionType(int version, int headerLength) throws BlockException {
        boolean isPresent = version >= 3 && headerLength > Qcow2Layout.V3_MIN_HEADER_LENGTH;
        int type = isPresent ? Byte.toUnsignedInt(bytes.get(104)) : Qcow2Layout.COMPRESSION_ZLIB;
        if (type > Qcow2Layout.COMPRESSION_ZSTD) {
            throw new UnsupportedImageException(
                    Errno.ENOTSUP, "qcow2: unknown compression type: " + type);
        }
        return type;
    }

    private void requireCompressionBit(Features features, int type) throws BlockException {
        boolean hasBit = (features.incompatible() & Qcow2Layout.INCOMPATIBLE_COMPRESSION_TYPE) != 0;
        if (hasBit != (type != Qcow2Layout.COMPRESSION_ZLIB)) {
            throw corrupt(
                    "qcow2: Compression type incompatible feature bit must "
                            + (hasBit ? "not be set" : "be set"));
        }
    }

    private void requireKnownFeatures(Features features, int headerLength, int extensionsEnd)
            throws BlockException {
        long unknown = features.incompatible() & ~Qcow2Layout.INCOMPATIBLE_KNOWN;
        if (unknown == 0) {
            return;
        }
        HeaderExtension names = null;
        for (HeaderExtension extension : scanExtensions(headerLength, extensionsEnd)) {
            if (extension.type() == Qcow2Layout.EXTENSION_FEATURE_NAMES) {
                names = extension;
            }
        }
        throw new UnsupportedImageException(
                Errno.ENOTSUP,
                "Unsupported qcow2 feature(s): " + FeatureNames.describe(names, unknown));
    }

    private TableLocation readRefcountTable(Geometry geometry) throws BlockException {
        int clusters = bytes.getInt(56);
        if (clusters == 0 && !toleratesDamage) {
            throw corrupt("Image does not contain a reference count table");
        }
        return table(
                48,
                56,
                Qcow2Layout.MAX_REFCOUNT_TABLE_BYTES >>> geometry.clusterBits(),
                geometry.clusterSize(),
                geometry,
                "Reference count table");
    }

    private TableLocation readL1(Geometry geometry) throws BlockException {
        return table(
                40,
                36,
                Qcow2Layout.MAX_L1_BYTES / Long.BYTES,
                Long.BYTES,
                geometry,
                "Active L1 table");
    }

    /// The location of a table whose offset and count are at the given places of the header.
    private TableLocation table(
            int offsetAt, int countAt, long maxCount, int unit, Geometry geometry, String name)
            throws BlockException {
        long count = Integer.toUnsignedLong(bytes.getInt(countAt));
        long offset = bytes.getLong(offsetAt);
        if (count > maxCount) {
            throw new CorruptImageException(Errno.EFBIG, name + " too large");
        }
        if (offset < 0 || offset > Long.MAX_VALUE - count * unit || !geometry.isAligned(offset)) {
            throw corrupt(name + " offset invalid");
        }
        return new TableLocation(offset, (int) count);
    }

    private void requireCovered(long size, TableLocation l1, Geometry geometry)
            throws BlockException {
        if (size < 0 || geometry.l1Entries(size) > Integer.MAX_VALUE) {
            throw new CorruptImageException(Errno.EFBIG, "Image is too big");
        }
        if (l1.count() < geometry.l1Entries(size)) {
            throw corrupt("L1 table is too small");
        }
    }

    private Qcow2Header.UnknownFields readUnknownFields(int headerLength) throws BlockException {
        byte[] fields = new byte[Math.max(0, headerLength - Qcow2Layout.V3_HEADER_LENGTH)];
        copy(Qcow2Layout.V3_HEADER_LENGTH, fields);
        return new Qcow2Header.UnknownFields(fields);
    }

    private List<HeaderExtension> readExtensions(int start, int end) throws BlockException {
        List<HeaderExtension> extensions = scanExtensions(start, end);
        for (HeaderExtension extension : extensions) {
            if (extension.type() == Qcow2Layout.EXTENSION_BACKING_FORMAT
                    && extension.length() > Qcow2Layout.MAX_BACKING_FORMAT_LENGTH) {
                throw corrupt(
                        "ERROR: ext_backing_format: len="
                                + extension.length()
                                + " too large (>="
                                + (Qcow2Layout.MAX_BACKING_FORMAT_LENGTH + 1)
                                + ")");
            }
        }
        return extensions;
    }

    private List<HeaderExtension> scanExtensions(int start, int end) throws BlockException {
        List<HeaderExtension> extensions = new ArrayList<>();
        int at = start;
        while (at < end) {
            fetch(at + Qcow2Layout.EXTENSION_HEADER_LENGTH);
            int type = bytes.getInt(at);
            long length = Integer.toUnsignedLong(bytes.getInt(at + 4));
            at += Qcow2Layout.EXTENSION_HEADER_LENGTH;
            if (type == Qcow2Layout.EXTENSION_END) {
                break;
            }
            if (length > end - at) {
                throw corrupt("Header extension too large");
            }
            byte[] data = new byte[(int) length];
            copy(at, data);
            extensions.add(new HeaderExtension(type, data));
            at += ((int) length + 7) & -8;
        }
        return extensions;
    }

    private @Nullable String readBackingName(int clusterSize) throws BlockException {
        int offset = (int) bytes.getLong(8);
        if (offset == 0) {
            return null;
        }
        long length = Integer.toUnsignedLong(bytes.getInt(16));
        if (length > Math.min(Qcow2Layout.MAX_BACKING_NAME_LENGTH, clusterSize - offset)) {
            throw corrupt("Backing file name too long");
        }
        byte[] name = new byte[(int) length];
        copy(offset, name);
        return length == 0 ? null : new String(name, StandardCharsets.UTF_8);
    }

    private void copy(int offset, byte[] into) throws BlockException {
        fetch(offset + into.length);
        bytes.get(offset, into);
    }

    /// Makes at least the first `length` bytes of the file available; zeroes beyond its end.
    private void fetch(int length) throws BlockException {
        if (length <= bytes.limit()) {
            return;
        }
        int wanted = Math.max(FIRST_READ, Integer.highestOneBit(length - 1) << 1);
        // Zeroed, since a null node leaves the buffer as it is.
        try (PooledBuffer pooled = BufferPool.shared().acquireZeroed(wanted)) {
            ByteBuffer direct = Buffers.slice(pooled.buffer(), 0, wanted);
            try {
                file.read(0, direct);
            } catch (BlockException e) {
                throw e.prefixed("Could not read qcow2 header");
            }
            bytes = ByteBuffer.allocate(wanted).put(direct).flip();
        }
    }

    private static CorruptImageException corrupt(String message) {
        return new CorruptImageException(Errno.EINVAL, message);
    }
}
