package io.cairn.cli.io;

import java.util.concurrent.TimeUnit;

/// `sleep`: lets time pass.
final class SleepCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("sleep", "waits for the given value in milliseconds").taking(1, 1);
    }

    @Override
    public boolean needsImage() {
        return false;
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        String word = arguments.words().getFirst();
        long millis = CNumbers.parse(word);
        if (millis == CNumbers.INVALID) {
            throw CommandException.of(word + " is not a valid number");
        }
        if (millis != Long.MAX_VALUE) {
            session.events().takeFor(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }
}
