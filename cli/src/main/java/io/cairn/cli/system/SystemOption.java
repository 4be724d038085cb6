package io.cairn.cli.system;

/// An option of the command line as it was given.
///
/// @param name without dashes
/// @param value its argument, empty if it takes none
record SystemOption(String name, String value) {
    /// How messages show it.
    String shown() {
        return "-" + name + (value.isEmpty() ? "" : " " + value);
    }
}
