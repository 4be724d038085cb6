package io.cairn.cli.io;

import io.cairn.cli.console.Stdout;

import java.nio.ByteBuffer;

/// Shows bytes: sixteen to a line with their offset, in hexadecimal and as letters and digits.
final class HexDump {
    private static final int ROW = 16;
    private static final String DIGITS = "0123456789abcdef";

    private HexDump() {}

    /// Prints what remains of a buffer.
    ///
    /// @param offset the offset of the first byte
    static void print(Stdout out, long offset, ByteBuffer data) {
        StringBuilder line = new StringBuilder(80);
        for (int i = 0; i < data.remaining(); i += ROW) {
            int count = Math.min(ROW, data.remaining() - i);
            line.setLength(0);
            appendOffset(line, offset + i);
            for (int k = i; k < i + count; k++) {
                int value = data.get(data.position() + k) & 0xff;
                line.append(DIGITS.charAt(value >> 4)).append(DIGITS.charAt(value & 15));
                line.append(' ');
            }
            line.append(' ');
            for (int k = i; k < i + count; k++) {
                int value = data.get(data.position() + k) & 0xff;
                line.append(isLetterOrDigit(value) ? (char) value : '.');
            }
            out.println(line.toString());
        }
    }

    private static void appendOffset(StringBuilder line, long offset) {
        String digits = Long.toHexString(offset);
        line.repeat('0', Math.max(0, 8 - digits.length())).append(digits).append(":  ");
    }

    private static boolean isLetterOrDigit(int value) {
        return value < 0x80 && Character.isLetterOrDigit(value);
    }
}
