package io.cairn.protocol.tls;

import java.nio.ByteBuffer;

/// Steps through structures in DER (ITU-T X.690) that are known to be sound or whose reader catches
/// what comes of their not being so: a `RuntimeException`.
final class Der {
    private Der() {}

    /// Passes over a tag and a length, and what they are of.
    ///
    /// @return that content
    static ByteBuffer next(ByteBuffer in) {
        ByteBuffer content = enter(in);
        in.position(in.position() + content.remaining());
        return content;
    }

    /// Passes over a tag and a length, and stops before what they are of.
    ///
    /// @return that content
    static ByteBuffer enter(ByteBuffer in) {
        in.get();
        int length = Byte.toUnsignedInt(in.get());
        if (length > 0x7f) {
            int bytes = length & 0x7f;
            length = 0;
            for (int i = 0; i < bytes; i++) {
                length = length << 8 | Byte.toUnsignedInt(in.get());
            }
        }
        return in.slice(in.position(), length);
    }

    /// Takes an object identifier, in its dotted form.
    static String oid(ByteBuffer in) {
        ByteBuffer content = next(in);
        StringBuilder text = new StringBuilder();
        long number = 0;
        while (content.hasRemaining()) {
            int part = Byte.toUnsignedInt(content.get());
            number = number << 7 | part & 0x7f;
            if (part < 0x80) {
                if (text.isEmpty()) {
                    long first = Math.min(number / 40, 2);
                    text.append(first).append('.').append(number - 40 * first);
                } else {
                    text.append('.').append(number);
                }
                number = 0;
            }
        }
        return text.toString();
    }
}
