package io.cairn.block.option;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/// Prints JSON as the reference tools do: ASCII, a space after each colon and comma, members in the
/// peer's order.
final class JsonPrinter {
    private static final String HEX = "0123456789ABCDEF";

    private final StringBuilder out = new StringBuilder();
    private final boolean pretty;
    private int level;

    private JsonPrinter(boolean pretty) {
        this.pretty = pretty;
    }

    static String compact(JsonValue value) {
        return print(value, false);
    }

    static String pretty(JsonValue value) {
        return print(value, true);
    }

    private static String print(JsonValue value, boolean pretty) {
        JsonPrinter printer = new JsonPrinter(pretty);
        printer.value(value);
        return printer.out.toString();
    }

    private void value(JsonValue value) {
        if (value instanceof JsonString string) {
            string(string.value());
        } else if (value instanceof JsonInteger integer) {
            out.append(integer.asText());
        } else if (value instanceof JsonBoolean bool) {
            out.append(bool.value() ? "true" : "false");
        } else if (value instanceof JsonObject object) {
            object(object);
        } else if (value instanceof JsonArray array) {
            array(array);
        } else if (value instanceof JsonDouble number) {
            out.append(general(number.value()));
        } else {
            out.append("null");
        }
    }

    private void object(JsonObject object) {
        out.append('{');
        level++;
        String separator = "";
        for (String key : PeerOrder.sort(object.members().keySet())) {
            out.append(separator);
            separator = pretty ? "," : ", ";
            newLine();
            string(key);
            out.append(": ");
            JsonValue member = object.get(key);
            value(member == null ? JsonNull.NULL : member);
        }
        level--;
        newLine();
        out.append('}');
    }

    private void array(JsonArray array) {
        out.append('[');
        level++;
        String separator = "";
        List<JsonValue> elements = array.elements();
        for (int i = 0; i < elements.size(); i++) {
            out.append(separator);
            separator = pretty ? "," : ", ";
            newLine();
            value(elements.get(i));
        }
        level--;
        newLine();
        out.append(']');
    }

    private void newLine() {
        if (pretty) {
            out.append('\n');
            for (int i = 0; i < level; i++) {
                out.append("    ");
            }
        }
    }

    private void string(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\b' -> out.append("\\b");
                case '\f' -> out.append("\\f");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c >= ' ' && c < 0x7f) {
                        out.append(c);
                    } else {
                        escape(c);
                    }
                }
            }
        }
        out.append('"');
    }

    private void escape(char c) {
        out.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
            out.append(HEX.charAt(c >> shift & 0xf));
        }
    }

    /// C's `%.17g`.
    static String general(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0" : "0";
        }
        BigDecimal rounded =
                new BigDecimal(value).round(new MathContext(17, RoundingMode.HALF_EVEN));
        BigDecimal shortest = rounded.stripTrailingZeros();
        int exponent = shortest.precision() - shortest.scale() - 1;
        if (exponent >= -4 && exponent < 17) {
            return shortest.toPlainString();
        }
        StringBuilder text = new StringBuilder(shortest.unscaledValue().toString());
        int digitsStart = value < 0 ? 1 : 0;
        if (text.length() > digitsStart + 1) {
            text.insert(digitsStart + 1, '.');
        }
        text.append('e').append(exponent < 0 ? '-' : '+');
        int size = Math.abs(exponent);
        if (size < 10) {
            text.append('0');
        }
        return text.append(size).toString();
    }
}
