package io.cairn.format.qcow2;

import io.cairn.block.spi.BackingReference;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The header cluster of an image: its fields, extensions and backing file name.
///
/// @param version 2 or 3
/// @param geometry cluster size and refcount width
/// @param size guest bytes, as the field says
/// @param cryptMethod 0 none, 1 AES, 2 LUKS
/// @param backingName name of the backing file, null without one
/// @param l1 the active L1 table; its count is of entries
/// @param refcountTable its count is of clusters
/// @param snapshots the snapshot table; its count is of snapshots
/// @param features all zero for version 2
/// @param compressionType 0 zlib, 1 zstd
/// @param unknownFields header bytes behind those we know, written back as they are
/// @param extensions all header extensions in their order, but for the end mark
record Qcow2Header(
        int version,
        Geometry geometry,
        long size,
        int cryptMethod,
        @Nullable String backingName,
        TableLocation l1,
        TableLocation refcountTable,
        TableLocation snapshots,
        Features features,
        int compressionType,
        UnknownFields unknownFields,
        List<HeaderExtension> extensions) {
    Qcow2Header {
        extensions = List.copyOf(extensions);
    }

    /// Header bytes that a later version of the format defines.

    static final class UnknownFields {
        static final UnknownFields NONE = new UnknownFields(new byte[0]);

        private final byte[] bytes;

        UnknownFields(byte[] bytes) {
            this.bytes = bytes.clone();
        }

        int length() {
            return bytes.length;
        }

        byte[] bytes() {
            return bytes.clone();
        }
    }

    boolean isVersion3() {
        return version >= 3;
    }

    boolean isEncrypted() {
        return cryptMethod != Qcow2Layout.CRYPT_NONE;
    }

    /// Whether entries may say that a cluster reads as zeroes.
    boolean hasZeroClusters() {
        return isVersion3();
    }

    /// The extension of that type, null if there is none.
    @Nullable HeaderExtension extension(int type) {
        for (HeaderExtension extension : extensions) {
            if (extension.type() == type) {
                return extension;
            }
        }
        return null;
    }

    /// The text of a string extension, null if there is none. Of several the last one counts, as
    /// for the reference tools.
    private @Nullable String extensionText(int type) {
        String text = null;
        for (HeaderExtension extension : extensions) {
            if (extension.type() == type) {
                text = StandardCharsets.UTF_8.decode(extension.data()).toString();
            }
        }
        return text;
    }

    /// The format of the backing file, null if the header does not say.
    @Nullable String backingFormat() {
        return extensionText(Qcow2Layout.EXTENSION_BACKING_FORMAT);
    }

    /// The name of the external data file, null if the header does not say.
    @Nullable String dataFileName() {
        return extensionText(Qcow2Layout.EXTENSION_DATA_FILE);
    }

    /// What the header says of the backing file, null if there is none.
    @Nullable BackingReference backing() {
        String name = backingName;
        return name == null ? null : new BackingReference(name, backingFormat());
    }

    Qcow2Header withSize(long newSize) {
        return new Qcow2Header(
                version,
                geometry,
                newSize,
                cryptMethod,
                backingName,
                l1,
                refcountTable,
                snapshots,
                features,
                compressionType,
                unknownFields,
                extensions);
    }

    Qcow2Header withL1(TableLocation table) {
        return new Qcow2Header(
                version,
                geometry,
                size,
                cryptMethod,
                backingName,
                table,
                refcountTable,
                snapshots,
                features,
                compressionType,
                unknownFields,
                extensions);
    }

    Qcow2Header withRefcountTable(TableLocation table) {
        return new Qcow2Header(
                version,
                geometry,
                size,
                cryptMethod,
                backingName,
                l1,
                table,
                snapshots,
                features,
                compressionType,
                unknownFields,
                extensions);
    }

    Qcow2Header withFeatures(Features bits) {
        return new Qcow2Header(
                version,
                geometry,
                size,
                cryptMethod,
                backingName,
                l1,
                refcountTable,
                snapshots,
                bits,
                compressionType,
                unknownFields,
                extensions);
    }

    Qcow2Header withExtensions(List<HeaderExtension> newExtensions) {
        return new Qcow2Header(
                version,
                geometry,
                size,
                cryptMethod,
                backingName,
                l1,
                refcountTable,
                snapshots,
                features,
                compressionType,
                unknownFields,
                newExtensions);
    }

    /// The header with another backing file; its format's extension comes first.
    ///
    /// @param reference null for none
    Qcow2Header withBacking(@Nullable BackingReference reference) {
        List<HeaderExtension> others = new ArrayList<>(extensions);
        others.removeIf(e -> e.type() == Qcow2Layout.EXTENSION_BACKING_FORMAT);
        String format = reference == null ? null : reference.format();
        if (format != null) {
            others.addFirst(
                    new HeaderExtension(
                            Qcow2Layout.EXTENSION_BACKING_FORMAT,
                            format.getBytes(StandardCharsets.UTF_8)));
        }
        return new Qcow2Header(
                version,
                geometry,
                size,
                cryptMethod,
                reference == null ? null : reference.filename(),
                l1,
                refcountTable,
                snapshots,
                features,
                compressionType,
                unknownFields,
                others);
    }
}
