package io.cairn.cli.console;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Keyval;

import java.util.List;

/// The argument of `--trace`: `[[enable=]PATTERN][,events=FILE][,file=FILE]`.
///
/// Our tools have no trace events, so every event that is named does not exist; a pattern with `*`
/// may well match none.
public final class Tracing {
    private static final List<String> NAMES = List.of("enable", "events", "file");

    private Tracing() {}

    /// Checks the argument, warning of what it asks for in vain.
    ///
    /// @throws ToolException with status 0 if it asks for the list of events
    public static void accept(String argument, Messages messages)
            throws InvalidOptionException, ToolException {
        Keyval parsed = Keyval.parseOpts(argument, "enable");
        for (String warning : parsed.warnings()) {
            messages.warning(warning);
        }
        for (Keyval.Pair pair : parsed.pairs()) {
            if (!NAMES.contains(pair.key())) {
                throw new InvalidOptionException("Invalid parameter '" + pair.key() + "'");
            }
        }
        for (String pattern : parsed.all("enable")) {
            if (pattern.equals("help") || pattern.equals("?")) {
                throw ToolException.silent(0);
            }
            if (!pattern.isEmpty() && pattern.indexOf('*') < 0) {
                messages.warning("trace event '" + pattern + "' does not exist");
            }
        }
    }
}
