package io.cairn.block.option;

/// What an option's value is: how the text of a command line is read, and which integers QMP takes.
public enum OptionType {
    /// Any text.
    STRING("str", "string"),
    /// `on` or `off`, in JSON `true` or `false`.
    BOOL("bool (on/off)", "boolean"),
    /// One of a few names.
    CHOICE("str", "string"),
    /// An integer; in QMP one of 64 bits with a sign.
    NUMBER("num", "integer"),
    /// An integer; in QMP one of 64 bits without a sign, of which a negative number is the
    /// complement.
    UINT64("num", "uint64"),
    /// An integer; in QMP one of 32 bits without a sign.
    UINT32("num", "uint32_t"),
    /// An integer; in QMP one of 16 bits without a sign.
    UINT16("num", "uint16_t"),
    /// A number of bytes, in text with an optional suffix from `k` to `E`; in QMP as {@link
    /// #UINT64}.
    SIZE("size", "uint64"),
    /// A number of bytes that QMP and `--blockdev` take as {@link #NUMBER}, without a suffix.
    PLAIN_SIZE("size", "integer");

    private final String placeholder;
    private final String qmpName;

    OptionType(String placeholder, String qmpName) {
        this.placeholder = placeholder;
        this.qmpName = qmpName;
    }

    /// What help texts print between angle brackets.
    public String placeholder() {
        return placeholder;
    }

    /// What errors about QMP arguments call the type.
    public String qmpName() {
        return qmpName;
    }

    /// Whether text is read as a size with a suffix, in `-o` and in the options of a node.
    boolean isSize() {
        return this == SIZE || this == PLAIN_SIZE;
    }

    /// The number of bits that a value may have, 64 where it may use all.
    int bits() {
        return this == UINT16 ? 16 : this == UINT32 ? 32 : 64;
    }
}
