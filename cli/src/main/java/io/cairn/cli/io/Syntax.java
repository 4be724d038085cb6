package io.cairn.cli.io;

import org.jspecify.annotations.Nullable;

/// What a command is called, what it takes, and what help says of it.
///
/// @param name the name
/// @param least the words that follow the name at least
/// @param most the words that follow the name at most, or -1
/// @param operands the words that follow the name as help shows them; null for none
/// @param summary one line without a full stop
/// @param help the text of `help NAME` below the first line, with its line ends; empty if there is
///   none
record Syntax(
        String name, int least, int most, @Nullable String operands, String summary, String help) {
    /// A command without operands.
    static Syntax of(String name, String summary) {
        return new Syntax(name, 0, 0, null, summary, "");
    }

    /// The same with operands that help does not show.
    Syntax taking(int newLeast, int newMost) {
        return new Syntax(name, newLeast, newMost, operands, summary, help);
    }

    /// The same with operands.
    Syntax taking(int newLeast, int newMost, String newOperands) {
        return new Syntax(name, newLeast, newMost, newOperands, summary, help);
    }

    /// The same with a longer text of help.
    Syntax help(String text) {
        return new Syntax(name, least, most, operands, summary, text);
    }

    /// The line that shows how the command is used.
    ///
    /// @param as the name by which the user knows it
    String synopsis(String as) {
        String operandsShown = operands == null ? "" : " ".concat(operands);
        return as.concat(operandsShown).concat(" -- ").concat(summary);
    }

    /// Whether a command may have so many words behind its name.
    boolean accepts(int count) {
        return count >= least && (most < 0 || count <= most);
    }

    /// What is wrong with a number of words that is not accepted.
    String complaint(String as, int count) {
        String expected;
        if (most < 0) {
            expected = "at least " + least;
        } else if (least == most) {
            expected = Integer.toString(least);
        } else {
            expected = "between " + least + " and " + most;
        }
        return "bad argument count "
                + count
                + " to "
                + as
                + ", expected "
                + expected
                + " arguments";
    }
}
