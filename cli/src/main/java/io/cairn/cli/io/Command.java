package io.cairn.cli.io;

import io.cairn.block.Permissions;

/// A command of the session.
interface Command {
    /// What the command is called and takes.
    Syntax syntax();

    /// Whether an image must be open.
    default boolean needsImage() {
        return true;
    }

    /// The permissions on the image that the command needs beyond those it was opened with.
    default Permissions needed() {
        return Permissions.NONE;
    }

    /// Carries the command out.
    void run(Session session, Arguments arguments) throws CommandException;
}
