package io.cairn.qmp.device;

import java.util.List;
import java.util.Optional;

/// The machines whose buses devices can sit on.
public enum MachineType {
    NONE("none", "empty machine"),
    PC("pc-i440fx-7.2", "Standard PC (i440FX + PIIX, 1996)"),
    Q35("pc-q35-7.2", "Standard PC (Q35 + ICH9, 2009)");

    private final String text;
    private final String description;

    MachineType(String text, String description) {
        this.text = text;
        this.description = description;
    }

    /// The machine of that name.
    public static Optional<MachineType> find(String name) {
        return switch (name) {
            case "none" -> Optional.of(NONE);
            case "pc", "pc-i440fx-7.2" -> Optional.of(PC);
            case "q35", "pc-q35-7.2" -> Optional.of(Q35);
            default -> Optional.empty();
        };
    }

    /// What there is, for people to read.
    public static List<String> help() {
        return List.of(
                "Supported machines are:",
                line("pc", PC.description + " (alias of " + PC.text + ")"),
                line(PC.text, PC.description + " (default)"),
                line("q35", Q35.description + " (alias of " + Q35.text + ")"),
                line(Q35.text, Q35.description),
                line("none", NONE.description));
    }

    private static String line(String name, String description) {
        return name + " ".repeat(Math.max(1, 21 - name.length())) + description;
    }

    /// The machine's name.
    public String text() {
        return text;
    }

    /// What people call it.
    public String description() {
        return description;
    }
}
