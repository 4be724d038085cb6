package io.cairn.qmp.device;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonObject;

/// A property that the devices of some models have.
///
/// @param absent what holds if nobody says anything; empty for none
/// @param description what a value is, for people; empty if the name says it
/// @param isHidden whether the tree of devices leaves it out
public record Property(
        String name, PropertyType type, String absent, String description, boolean isHidden) {
    private static final int HELP_COLUMN = 24;

    /// A line of the table of properties.
    static Property parse(String line) {
        String[] words = line.split(" ", 4);
        boolean isHidden = words[1].startsWith("hidden-");
        PropertyType type =
                PropertyType.find(isHidden ? words[1].substring("hidden-".length()) : words[1]);
        return new Property(
                words[0],
                type,
                words[2].equals("-") ? "" : words[2],
                words.length < 4 ? "" : words[3],
                isHidden || type == PropertyType.LINK);
    }

    /// The line that tells people of the property.
    String help() {
        StringBuilder line = new StringBuilder("  " + name + "=<" + type.text() + ">");
        if (!description.isEmpty() || !absent.isEmpty()) {
            line.append(" ".repeat(Math.max(0, HELP_COLUMN - line.length())));
            line.append(" - ").append(description);
        }
        if (!absent.isEmpty()) {
            line.append(" (default: ").append(shownDefault()).append(')');
        }
        return line.toString();
    }

    private String shownDefault() {
        return switch (type) {
            case SWITCH -> String.valueOf(absent.equals("on"));
            case AUTO_SWITCH, POLICY, FLOPPY_TYPE, TRANSLATION -> "\"" + absent + "\"";
            case TEXT,
                    DRIVE,
                    LINK,
                    BLOCK_SIZE,
                    SIZE,
                    UINT8,
                    UINT16,
                    UINT32,
                    UINT64,
                    INT32,
                    PCI_ADDRESS ->
                    absent;
        };
    }

    /// What clients are told of the property (QMP reference manual, "ObjectPropertyInfo").
    public JsonObject info() {
        JsonObject.Builder info = JsonObject.builder().put("name", name).put("type", type.text());
        if (!description.isEmpty()) {
            info.put("description", description);
        }
        if (!absent.isEmpty()) {
            switch (type) {
                case SWITCH -> info.put("default-value", absent.equals("on"));
                case AUTO_SWITCH, POLICY, FLOPPY_TYPE, TRANSLATION, TEXT, DRIVE, LINK ->
                        info.put("default-value", absent);
                case BLOCK_SIZE, SIZE, UINT8, UINT16, UINT32, UINT64, INT32 ->
                        info.put("default-value", Long.parseUnsignedLong(absent));
                case PCI_ADDRESS -> info.put("default-value", Long.parseLong(absent));
            }
        }
        return info.build();
    }

    /// How the tree of devices shows the property with a value.
    public String shown(String value) {
        return name + " = " + type.shown(value);
    }

    /// The value that a text stands for.
    ///
    /// @param owner the model of the device, for messages
    String parse(String owner, String value) throws InvalidOptionException {
        return type.parse(owner, name, value);
    }
}
