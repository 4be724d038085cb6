package io.cairn.qmp.schema;

/// Where an input comes from, which decides how its values are read.
public enum Input {
    /// A message of QMP: every value is of its JSON type.
    QMP,
    /// A command line without JSON: every value is a text.
    KEYVAL
}
