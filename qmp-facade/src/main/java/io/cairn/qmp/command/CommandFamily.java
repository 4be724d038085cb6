package io.cairn.qmp.command;

/// Some commands that belong together.
@FunctionalInterface
public interface CommandFamily {
    /// Registers them.
    void addTo(CommandTable table);
}
