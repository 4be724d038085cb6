package io.cairn.qmp.schema;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.IntegerText;
import io.cairn.block.option.JsonBoolean;
import io.cairn.block.option.JsonDouble;
import io.cairn.block.option.JsonInteger;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

/// Compares single values with built-in types.
final class Scalars {
    private Scalars() {}

    /// The value in the type's JSON type.
    ///
    /// @param path what errors call a value of a wrong kind
    /// @param name what errors call a number out of range
    static JsonValue read(
            Builtin type, JsonValue given, Input input, String path, @Nullable String name)
            throws InvalidOptionException {
        boolean isText = input == Input.KEYVAL && given instanceof JsonString;
        boolean isRight =
                switch (type) {
                    case STR -> given instanceof JsonString;
                    case BOOL -> given instanceof JsonBoolean || isText;
                    case INT -> isSigned(given) || isText;
                    case UINT64, UINT32, UINT16, UINT8 -> given instanceof JsonInteger || isText;
                    case NUMBER ->
                            given instanceof JsonInteger || given instanceof JsonDouble || isText;
                    case NULL -> given == JsonNull.NULL;
                    case ANY -> true;
                };
        if (!isRight) {
            throw type.inErrors().startsWith("uint")
                    ? expects(path, "uint64")
                    : Checker.wrongKind(path, type.inErrors());
        }
        JsonValue value = isText ? ofText(type, given.asText(), path) : given;
        if (value instanceof JsonInteger integer
                && type.bits() < Long.SIZE
                && integer.bits() >>> type.bits() != 0) {
            throw expects(String.valueOf(name), type.inErrors());
        }
        return value;
    }

    private static boolean isSigned(JsonValue given) {
        return given instanceof JsonInteger integer && !integer.unsigned();
    }

    private static JsonValue ofText(Builtin type, String text, String path)
            throws InvalidOptionException {
        return switch (type) {
            case STR, NULL, ANY -> JsonValue.of(text);
            case BOOL ->
                    switch (text) {
                        case "on", "yes", "true", "y" -> JsonBoolean.TRUE;
                        case "off", "no", "false", "n" -> JsonBoolean.FALSE;
                        default -> throw expects(path, "'on' or 'off'");
                    };
            case NUMBER -> {
                try {
                    yield new JsonDouble(Double.parseDouble(text));
                } catch (NumberFormatException _) {
                    throw Checker.wrongKind(path, "number");
                }
            }
            case INT, UINT64, UINT32, UINT16, UINT8 -> {
                IntegerText number = IntegerText.parse(text);
                boolean fits =
                        number != null
                                && (type == Builtin.INT ? number.fitsSigned() : number.fitsBits());
                if (number == null || !fits) {
                    throw expects(path, "integer");
                }
                yield JsonValue.of(number.bits());
            }
        };
    }

    private static InvalidOptionException expects(String name, String expected) {
        return new InvalidOptionException("Parameter '" + name + "' expects " + expected);
    }
}
