package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;

import java.util.List;

/// `truncate`: sets the length of the image.
final class TruncateCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("truncate", "truncates the current file at the given offset")
                .taking(1, 3, "[-m prealloc_mode] off");
    }

    @Override
    public Permissions needed() {
        return Permissions.of(Permission.WRITE, Permission.RESIZE);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        Preallocation preallocation = Preallocation.OFF;
        Arguments.Reader options = arguments.options("m:");
        for (String option = options.next(); option != null; option = options.next()) {
            preallocation = preallocation(session, options.value());
        }
        List<String> operands = options.operands();
        if (operands.isEmpty()) {
            throw CommandException.usage();
        }
        boolean isAlone = operands.size() == arguments.words().size();
        long length = arguments.number(operands.getFirst(), isAlone ? operands.getFirst() : "-m");
        try {
            session.image().truncate(length, false, preallocation, false);
        } catch (BlockException e) {
            session.messages().report(e);
            throw CommandException.silent();
        }
    }

    private static Preallocation preallocation(Session session, String name)
            throws CommandException {
        for (Preallocation mode : Preallocation.values()) {
            if (mode.text().equals(name)) {
                return mode;
            }
        }
        session.messages().error("Invalid preallocation mode '" + name + "'");
        throw CommandException.silent();
    }
}
