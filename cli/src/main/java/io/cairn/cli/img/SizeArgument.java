package io.cairn.cli.img;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Sizes;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.ToolException;

/// A size on the command line, with the complaints that users know.
final class SizeArgument {
    private SizeArgument() {}

    /// A size that is not negative.
    ///
    /// @param what the argument as messages call it: `rate limit`
    static long parse(String what, String text, Messages messages) throws ToolException {
        return parse(what, text, Long.MAX_VALUE, messages);
    }

    /// A size of at most `max`.
    static long parse(String what, String text, long max, Messages messages) throws ToolException {
        return parse(what, text, 0, max, messages);
    }

    /// A size within bounds. Each line of a complaint bears the program's name.
    static long parse(String what, String text, long min, long max, Messages messages)
            throws ToolException {
        String warning = Sizes.warning(text);
        if (warning != null) {
            messages.warning(warning);
        }
        try {
            return Sizes.parseArgument(what, text, min, max);
        } catch (InvalidOptionException e) {
            e.getMessage().lines().forEach(messages::error);
            throw ToolException.silent(1);
        }
    }
}
