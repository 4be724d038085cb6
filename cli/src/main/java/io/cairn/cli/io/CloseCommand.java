package io.cairn.cli.io;

/// `close`: closes the image.
final class CloseCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("close", "close the current open file");
    }

    @Override
    public void run(Session session, Arguments arguments) {
        session.closeImage();
    }
}
