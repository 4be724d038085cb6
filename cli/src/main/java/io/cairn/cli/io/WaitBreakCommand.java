package io.cairn.cli.io;

/// `wait_break`: waits until a request has stopped.
final class WaitBreakCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("wait_break", "waits for the suspension of a request").taking(1, 1, "tag");
    }

    @Override
    public void run(Session session, Arguments arguments) {
        session.breakpoints().await(arguments.words().getFirst());
    }
}
