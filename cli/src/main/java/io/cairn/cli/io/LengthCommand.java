package io.cairn.cli.io;

import io.cairn.block.option.Sizes;

/// `length`: the length of the image.
final class LengthCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("length", "gets the length of the current file");
    }

    @Override
    public void run(Session session, Arguments arguments) {
        session.out().println(Sizes.exact(session.image().length()));
    }
}
