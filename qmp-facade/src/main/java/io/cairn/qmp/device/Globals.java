package io.cairn.qmp.device;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Keyval;
import io.cairn.qmp.command.QmpException;

import java.util.ArrayList;
import java.util.List;

/// Values that all devices of a model begin with (`-global`).
public final class Globals {
    private final List<Entry> entries = new ArrayList<>();

    /// One of them.
    public record Entry(String driver, String property, String value) {
        /// How messages show it.
        String shown() {
            return driver + "." + property;
        }
    }

    /// Adds what `model.property=value` says, or the same as `driver=…,property=…,value=…`.
    public void add(String text) throws InvalidOptionException, QmpException {
        int dot = text.indexOf('.');
        int equals = text.indexOf('=');
        int comma = text.indexOf(',');
        boolean isShort = dot > 0 && equals > dot && (comma < 0 || comma > dot);
        if (isShort) {
            entries.add(
                    new Entry(
                            text.substring(0, dot),
                            text.substring(dot + 1, equals),
                            text.substring(equals + 1)));
            return;
        }
        String driver = null;
        String property = null;
        String value = null;
        for (Keyval.Pair pair : Keyval.parseOpts(text, null).pairs()) {
            switch (pair.key()) {
                case "driver" -> driver = pair.value();
                case "property" -> property = pair.value();
                case "value" -> value = pair.value();
                default -> throw QmpException.generic("Invalid parameter '" + pair.key() + "'");
            }
        }
        if (driver == null || property == null || value == null) {
            throw QmpException.generic("options 'driver', 'property', and 'value' are required");
        }
        entries.add(new Entry(driver, property, value));
    }

    /// Those for devices of a model, or of the part in it.
    List<Entry> of(String driver) {
        String inner = DeviceModel.innerPart(driver);
        return entries.stream()
                .filter(e -> e.driver().equals(driver) || e.driver().equals(inner))
                .toList();
    }

    /// Whether there are any for devices of that model.
    public boolean isAbout(String driver) {
        return entries.stream().anyMatch(e -> e.driver().equals(driver));
    }

    /// Warnings about models that there are not.
    public List<String> warnings() {
        return entries.stream()
                .filter(e ->
                        DeviceModel.find(e.driver()).isEmpty()
                                && PropertyTable.find(e.driver()).isEmpty())
                .map(e -> "global " + e.shown() + " has invalid class name")
                .toList();
    }
}
