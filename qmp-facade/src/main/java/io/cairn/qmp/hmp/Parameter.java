package io.cairn.qmp.hmp;

import java.util.Arrays;
import java.util.List;

/// What a command for people takes at one place of its line.
///
/// @param name by what the command asks for it; an option's letter
/// @param isOptional whether it may be left out
record Parameter(String name, Kind kind, boolean isOptional) {
    /// What a parameter is.
    enum Kind {
        OPTION(""),
        DEVICE("block device name expected"),
        FILE("filename expected"),
        TEXT("string expected"),
        /// All that is left of the line.
        REST("string expected"),
        NUMBER(""),
        /// Bytes; without a suffix in MiB.
        SIZE("");

        private final String complaint;

        Kind(String complaint) {
            this.complaint = complaint;
        }

        /// What is said if a word is not there.
        String complaint() {
            return complaint;
        }
    }

    /// The parameters that a text declares: `-x` for an option, `name:KIND` for a word, with a
    /// question mark behind if it may be left out.
    static List<Parameter> parse(String text) {
        return Arrays.stream(text.split(" "))
                .filter(w -> !w.isEmpty())
                .map(Parameter::one)
                .toList();
    }

    private static Parameter one(String word) {
        if (word.startsWith("-")) {
            return new Parameter(word.substring(1), Kind.OPTION, true);
        }
        boolean isOptional = word.endsWith("?");
        String required = isOptional ? word.substring(0, word.length() - 1) : word;
        int colon = required.indexOf(':');
        Kind kind =
                switch (required.substring(colon + 1)) {
                    case "device" -> Kind.DEVICE;
                    case "file" -> Kind.FILE;
                    case "text" -> Kind.TEXT;
                    case "rest" -> Kind.REST;
                    case "number" -> Kind.NUMBER;
                    case "size" -> Kind.SIZE;
                    default -> throw new IllegalArgumentException("no kind of parameter: " + word);
                };
        return new Parameter(required.substring(0, colon), kind, isOptional);
    }
}
