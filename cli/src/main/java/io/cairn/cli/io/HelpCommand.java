package io.cairn.cli.io;

import io.cairn.cli.console.Stdout;

/// `help`: what the commands are and do.
final class HelpCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("help", "help for one or all commands").taking(0, 1, "[command]");
    }

    @Override
    public boolean needsImage() {
        return false;
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        Stdout out = session.out();
        if (arguments.words().isEmpty()) {
            for (Command command : Commands.all()) {
                out.println(command.syntax().synopsis(command.syntax().name()));
            }
            out.println("\nUse 'help commandname' for extended help.");
            return;
        }
        String name = arguments.words().getFirst();
        Command command = Commands.find(name);
        if (command == null) {
            throw CommandException.of("command " + name + " not found");
        }
        out.println(command.syntax().synopsis(name));
        if (!command.syntax().help().isEmpty()) {
            out.println(command.syntax().help());
        }
    }
}
