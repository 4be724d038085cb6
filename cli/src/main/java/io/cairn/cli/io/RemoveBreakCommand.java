package io.cairn.cli.io;

import io.cairn.block.BlockException;

/// `remove_break`: takes a breakpoint away.
final class RemoveBreakCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("remove_break", "remove a breakpoint by tag").taking(1, 1, "tag");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        String tag = arguments.words().getFirst();
        try {
            session.debugged().removeBreakpoint(tag);
        } catch (BlockException e) {
            throw CommandException.of(
                    "Could not remove breakpoint " + tag + ": " + e.errno().text());
        }
    }
}
