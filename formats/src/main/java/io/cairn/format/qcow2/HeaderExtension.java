package io.cairn.format.qcow2;

import java.nio.ByteBuffer;

/// An optional section behind the header; its data are kept as they are, known or not.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | type |
/// | 4 | 4 | length of the data |
/// | 8 | n | data, padded to a multiple of 8 |
final class HeaderExtension {
    private final int type;
    private final byte[] data;

    /// An extension of a type of {@link Qcow2Layout}, or another.
    HeaderExtension(int type, byte[] data) {
        this.type = type;
        this.data = data.clone();
    }

    int type() {
        return type;
    }

    int length() {
        return data.length;
    }

    /// The data, big-endian, from 0.
    ByteBuffer data() {
        return ByteBuffer.wrap(data).asReadOnlyBuffer();
    }

    /// Bytes that the extension takes with its header and padding.
    int encodedLength() {
        return Qcow2Layout.EXTENSION_HEADER_LENGTH + ((data.length + 7) & -8);
    }

    /// Appends the extension; the padding is left as it is.
    void encode(ByteBuffer out) {
        int start = out.position();
        out.putInt(type).putInt(data.length).put(data);
        out.position(start + encodedLength());
    }
}
