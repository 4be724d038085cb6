package io.cairn.cli.io;

/// `quit`: ends the session.
final class QuitCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("quit", "exit the program");
    }

    @Override
    public boolean needsImage() {
        return false;
    }

    @Override
    public void run(Session session, Arguments arguments) {
        session.end();
    }
}
