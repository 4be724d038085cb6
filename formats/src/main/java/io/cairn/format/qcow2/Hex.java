package io.cairn.format.qcow2;

/// Hexadecimal numbers in messages.
final class Hex {
    private Hex() {}

    /// With `0x` in front, but for zero.
    static String of(long number) {
        return number == 0 ? "0" : "0x" + Long.toHexString(number);
    }
}
