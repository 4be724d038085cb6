package io.cairn.block;

/// What a node does with a write whose data is all zero.
public enum DetectZeroes {
    /// Writes it as it is.
    OFF("off"),
    /// Writes zeroes instead.
    ON("on"),
    /// Writes zeroes instead and lets the driver unmap.
    UNMAP("unmap");

    private final String text;

    DetectZeroes(String text) {
        this.text = text;
    }

    /// The option's value.
    public String text() {
        return text;
    }
}
