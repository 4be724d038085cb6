package io.cairn.block.option;

/// `true` or `false`.
public enum JsonBoolean implements JsonValue {
    FALSE,
    TRUE;

    /// This value as Java knows it.
    public boolean value() {
        return this == TRUE;
    }

    @Override
    public String asText() {
        return this == TRUE ? "on" : "off";
    }
}
