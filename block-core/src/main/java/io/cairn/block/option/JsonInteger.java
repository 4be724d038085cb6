package io.cairn.block.option;

/// A JSON number without fraction and exponent: the 64 bits, and whether the highest one is a digit
/// and not the sign.
///
/// @param bits the value, for an unsigned one above `Long.MAX_VALUE` its two's complement
/// @param unsigned whether the value is above `Long.MAX_VALUE`
public record JsonInteger(long bits, boolean unsigned) implements JsonValue {
    public JsonInteger {
        if (unsigned && bits >= 0) {
            throw new IllegalArgumentException("an unsigned value is above Long.MAX_VALUE");
        }
    }

    /// Whether the value is within 0 and 2^64 - 1.
    public boolean isNonNegative() {
        return unsigned || bits >= 0;
    }

    @Override
    public String asText() {
        return unsigned ? Long.toUnsignedString(bits) : Long.toString(bits);
    }
}
