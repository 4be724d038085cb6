package io.cairn.cli.io;

import io.cairn.block.BlockException;

/// `flush`: waits until what was written is on stable storage.
final class FlushCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("flush", "flush all in-core file state to disk");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        try {
            session.image().flush();
        } catch (BlockException _) {
            throw CommandException.silent();
        }
    }
}
