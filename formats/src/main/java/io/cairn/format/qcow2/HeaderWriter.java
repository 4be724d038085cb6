package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.OutOfSpaceException;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Lays out a header cluster: fields, extensions, end mark, backing file name.
final class HeaderWriter {
    /// A part of the fixed fields that is written by itself. It lies within a sector, so that a
    /// crash leaves the old or the new value.
    enum Part {
        SIZE(24, 8),
        L1_TABLE(36, 12),
        REFCOUNT_TABLE(48, 12),
        TABLES(36, 24),
        FEATURES(72, 24);

        private final int offset;
        private final int length;

        Part(int offset, int length) {
            this.offset = offset;
            this.length = length;
        }

        int offset() {
            return offset;
        }

        int length() {
            return length;
        }
    }

    private final Qcow2Header header;
    private final byte[] backingName;

    private HeaderWriter(Qcow2Header header) {
        this.header = header;
        String name = header.backingName();
        this.backingName = name == null ? new byte[0] : name.getBytes(StandardCharsets.UTF_8);
    }

    /// The header as it fits its cluster: where room is short, the names of features go.
    ///
    /// @throws BlockException with `ENOSPC` if it does not fit even so
    static Qcow2Header fit(Qcow2Header header) throws BlockException {
        int clusterSize = header.geometry().clusterSize();
        if (new HeaderWriter(header).encodedLength() <= clusterSize) {
            return header;
        }
        List<HeaderExtension> fewer = new ArrayList<>(header.extensions());
        fewer.removeIf(e -> e.type() == Qcow2Layout.EXTENSION_FEATURE_NAMES);
        Qcow2Header smaller = header.withExtensions(fewer);
        if (new HeaderWriter(smaller).encodedLength() > clusterSize) {
            throw new OutOfSpaceException(Errno.ENOSPC.text());
        }
        return smaller;
    }

    /// Writes a header that {@linkplain #fit fits} into a zeroed buffer of a cluster, from 0.
    static void encode(Qcow2Header header, ByteBuffer out) {
        HeaderWriter writer = new HeaderWriter(header);
        writer.putFields(out);
        out.position(writer.fieldsLength());
        out.put(header.unknownFields().bytes());
        for (HeaderExtension extension : header.extensions()) {
            extension.encode(out);
        }
        out.putInt(Qcow2Layout.EXTENSION_END).putInt(0).put(writer.backingName);
        out.position(0);
    }

    /// Writes one part into a buffer of its length, from 0.
    static void encodePart(Qcow2Header header, Part part, ByteBuffer out) {
        ByteBuffer fields = ByteBuffer.allocate(Qcow2Layout.V3_HEADER_LENGTH);
        new HeaderWriter(header).putFields(fields);
        out.put(0, fields, part.offset(), part.length());
    }

    private int fieldsLength() {
        return header.isVersion3() ? Qcow2Layout.V3_HEADER_LENGTH : Qcow2Layout.V2_HEADER_LENGTH;
    }

    private int headerLength() {
        return fieldsLength() + header.unknownFields().length();
    }

    private int backingOffset() {
        int offset = headerLength() + Qcow2Layout.EXTENSION_HEADER_LENGTH;
        for (HeaderExtension extension : header.extensions()) {
            offset += extension.encodedLength();
        }
        return offset;
    }

    private int encodedLength() {
        return backingOffset() + backingName.length;
    }

    private void putFields(ByteBuffer out) {
        Geometry geometry = header.geometry();
        out.putInt(0, Qcow2Layout.MAGIC)
                .putInt(4, header.version())
                .putLong(8, backingName.length == 0 ? 0 : backingOffset())
                .putInt(16, backingName.length)
                .putInt(20, geometry.clusterBits())
                .putLong(24, header.size())
                .putInt(32, header.cryptMethod())
                .putInt(36, header.l1().count())
                .putLong(40, header.l1().offset())
                .putLong(48, header.refcountTable().offset())
                .putInt(56, header.refcountTable().count())
                .putInt(60, header.snapshots().count())
                .putLong(64, header.snapshots().offset());
        if (header.isVersion3()) {
            out.putLong(72, header.features().incompatible())
                    .putLong(80, header.features().compatible())
                    .putLong(88, header.features().autoclear())
                    .putInt(96, geometry.refcountOrder())
                    .putInt(100, headerLength())
                    .put(104, (byte) header.compressionType());
        }
    }
}
