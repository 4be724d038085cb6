package io.cairn.qmp.schema;

import org.jspecify.annotations.Nullable;

import java.util.Locale;

/// A type that needs no declaration.
public enum Builtin {
    STR("str", "string", "string"),
    BOOL("bool", "boolean", "boolean"),
    /// An integer of 64 bits with a sign.
    INT("int", "int", "integer"),
    /// An integer of 64 bits without a sign; a negative one is taken for its complement.
    UINT64("int", "int", "uint64"),
    UINT32("int", "int", "uint32_t"),
    UINT16("int", "int", "uint16_t"),
    UINT8("int", "int", "uint8_t"),
    NUMBER("number", "number", "number"),
    NULL("null", "null", "null"),
    /// Any value.
    ANY("any", "value", "value");

    private final String shown;
    private final String jsonType;
    private final String inErrors;

    Builtin(String shown, String jsonType, String inErrors) {
        this.shown = shown;
        this.jsonType = jsonType;
        this.inErrors = inErrors;
    }

    /// The name by which the schema's text refers to the type.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The name by which clients know the type: that of the widest one of its kind.
    public String shown() {
        return shown;
    }

    /// What a value is in JSON, as `query-qmp-schema` says it.
    public String jsonType() {
        return jsonType;
    }

    /// What errors call the type.
    String inErrors() {
        return inErrors;
    }

    /// The bits of an integer without a sign that is narrower than 64; 64 for all others.
    int bits() {
        return switch (this) {
            case UINT32 -> 32;
            case UINT16 -> 16;
            case UINT8 -> 8;
            case STR, BOOL, INT, UINT64, NUMBER, NULL, ANY -> 64;
        };
    }

    /// The type of that name in the schema's text, null if there is none.
    static @Nullable Builtin find(String text) {
        for (Builtin type : values()) {
            if (type.text().equals(text)) {
                return type;
            }
        }
        return null;
    }
}
