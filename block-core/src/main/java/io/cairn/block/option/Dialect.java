package io.cairn.block.option;

/// Where options come from, which decides their names and how their values are read.
public enum Dialect {
    /// `-o k=v`: command-line names, every value a text.
    COMMAND_LINE,
    /// The options of a node (`json:`, `--image-opts`, dotted keys): QMP names, each value a text
    /// or of its JSON type, and a null, an empty list or object as good as none.
    NODE,
    /// `--blockdev`, `--object`, `--export` and their like without JSON: QMP names and types, every
    /// value a text.
    KEYVAL,
    /// The arguments of a QMP command: QMP names and types, each value of its JSON type.
    QMP;

    /// Whether nothing may be left over or stand in place of another type.
    boolean isStrict() {
        return this == KEYVAL || this == QMP;
    }
}
