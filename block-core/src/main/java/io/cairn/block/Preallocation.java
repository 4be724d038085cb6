package io.cairn.block;

/// How the space of an image is reserved when it is created or grown.
public enum Preallocation {
    /// Nothing is reserved.
    OFF("off"),
    /// The format's metadata is written, the data is not reserved.
    METADATA("metadata"),
    /// The host reserves the space without writing it (`fallocate`).
    FALLOC("falloc"),
    /// The space is reserved by writing zeroes.
    FULL("full");

    private final String text;

    Preallocation(String text) {
        this.text = text;
    }

    /// The option's value.
    public String text() {
        return text;
    }
}
