package io.cairn.cli.io;

import io.cairn.block.BlockException;

/// `break`: stops the next request that comes to a point.
final class BreakCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("break", "sets a breakpoint on event and tags the stopped request as tag")
                .taking(2, 2, "event tag");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        String event = arguments.words().getFirst();
        String tag = arguments.words().get(1);
        session.breakpoints();
        try {
            session.debugged().addBreakpoint(event, tag);
        } catch (BlockException e) {
            throw CommandException.of("Could not set breakpoint: " + e.errno().text());
        }
    }
}
