package io.cairn.block.option;

/// A JSON number with a fraction, with an exponent, or too large for 64 bits. Always finite.
public record JsonDouble(double value) implements JsonValue {}
