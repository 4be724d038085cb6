package io.cairn.cli.io;

import io.cairn.block.os.HostProcess;

import java.util.Set;

/// `sigraise`: raises a signal that takes its default effect.
final class SigraiseCommand implements Command {
    private static final String HELP =
            """

             raises a signal that takes its default effect

             Example:
             'sigraise 15' - ends the process by SIGTERM

             The signal is given by its number.
            """;

    private static final int LARGEST = 65;

    /// The signals that the reference tool ignores or handles without effect, and numbers that no
    /// signal has.
    private static final Set<Integer> WITHOUT_EFFECT = Set.of(0, 7, 10, 13, 14, 29, 32, 33, 65);

    @Override
    public Syntax syntax() {
        return Syntax.of("sigraise", "raises a signal").taking(1, 1, "signal").help(HELP);
    }

    @Override
    public boolean needsImage() {
        return false;
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        String word = arguments.words().getFirst();
        long signal = arguments.number(word);
        if (signal > LARGEST) {
            throw CommandException.of(
                    "signal argument '" + word + "' is too large to be a valid signal");
        }
        session.out().flush();
        if (!WITHOUT_EFFECT.contains((int) signal)) {
            HostProcess.raise((int) signal);
        }
    }
}
