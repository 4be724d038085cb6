package io.cairn.block.option;

/// A JSON number with a fraction, with an exponent, or too large for 64 bits. Infinite where it is
/// beyond a double's range.
public record JsonDouble(double value) implements JsonValue {}
