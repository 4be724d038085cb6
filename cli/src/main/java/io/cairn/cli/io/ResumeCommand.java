package io.cairn.cli.io;

import io.cairn.block.BlockException;

/// `resume`: lets a request go on that has stopped.
final class ResumeCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("resume", "resumes the request tagged as tag").taking(1, 1, "tag");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        try {
            session.debugged().resume(arguments.words().getFirst());
        } catch (BlockException e) {
            throw CommandException.of("Could not resume request: " + e.errno().text());
        }
    }
}
