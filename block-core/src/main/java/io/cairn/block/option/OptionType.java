package io.cairn.block.option;

/// What an option's value is.
public enum OptionType {
    /// Any text.
    STRING("str"),
    /// `on` or `off`, in JSON also `true` or `false`.
    BOOL("bool (on/off)"),
    /// A number of 64 bits.
    NUMBER("num"),
    /// A number of bytes, with an optional suffix from `k` to `E`.
    SIZE("size"),
    /// One of a few names.
    CHOICE("str");

    private final String placeholder;

    OptionType(String placeholder) {
        this.placeholder = placeholder;
    }

    /// What help texts print between angle brackets.
    String placeholder() {
        return placeholder;
    }
}
