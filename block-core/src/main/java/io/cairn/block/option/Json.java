package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

/// The JSON dialect of the tools: strings in single or double quotes, integers of 64 bits with and
/// without a sign, nothing else beyond RFC 8259. Printed text is ASCII.
public final class Json {
    private Json() {}

    /// The one value that the text holds.
    ///
    /// @throws InvalidOptionException in the peer's words: `JSON parse error, expecting value`, …
    public static JsonValue parse(String text) throws InvalidOptionException {
        return new JsonParser(text).parse();
    }

    /// The object that the text holds.
    ///
    /// @throws InvalidOptionException as {@link #parse}, or `Invalid JSON object given` if it is
    ///   another value
    public static JsonObject parseObject(String text) throws InvalidOptionException {
        if (parse(text) instanceof JsonObject object) {
            return object;
        }
        throw new InvalidOptionException("Invalid JSON object given");
    }

    /// The value on one line, as in `json:{"driver": "raw", …}`, members in {@linkplain PeerOrder
    /// the peer's order}.
    public static String print(JsonValue value) {
        return JsonPrinter.compact(value);
    }

    /// The value over several lines, as `--output=json` prints it: four spaces a level, no newline
    /// at the end, members in {@linkplain PeerOrder the peer's order}.
    public static String printPretty(JsonValue value) {
        return JsonPrinter.pretty(value);
    }
}
