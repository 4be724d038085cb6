package io.cairn.block.option;

/// Where options come from, which decides their names and how strictly values must be typed.
public enum Dialect {
    /// `-o k=v`: command-line names, every value a text.
    COMMAND_LINE,
    /// The options of a node (`json:`, dotted keys): QMP names, each value a text or of its JSON
    /// type.
    NODE,
    /// The arguments of a QMP command: QMP names, each value of its JSON type.
    QMP
}
