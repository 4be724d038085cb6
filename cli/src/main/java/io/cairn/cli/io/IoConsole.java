package io.cairn.cli.io;

import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.image.Images;
import io.cairn.qmp.hmp.ImageConsole;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntSupplier;

/// The commands of the tool, for images that another tool has open. What they have to say goes to
/// standard output at once; asynchronous requests tell of their end when they end.
public final class IoConsole implements ImageConsole {
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final String prefix;
    private final Session session;

    public IoConsole(Invocation invocation, Images images) {
        prefix = invocation.program().concat(": ");
        Invocation inner =
                new Invocation(
                        invocation.program(),
                        invocation.standIn(),
                        invocation.arguments(),
                        invocation.out(),
                        new PrintStream(errors, true, StandardCharsets.UTF_8));
        EventLoop events = new EventLoop(invocation.out()::flush);
        session = new Session(inner, new Messages(inner), images, events);
        session.listen();
    }

    /// Carries out a command.
    ///
    /// @return what is wrong with it, in lines without the program's name
    @Override
    public String execute(BlockBackend image, String command) {
        session.execute(image, command);
        String wrong = errors.toString(StandardCharsets.UTF_8);
        errors.reset();
        return wrong.replace(prefix, "");
    }

    /// The same, and waits for requests that end soon.
    @Override
    public String executeAndClose(BlockBackend image, String command) {
        session.events().beginBatch();
        try {
            return execute(image, command);
        } finally {
            session.events().endBatch(image::close);
        }
    }

    /// Waits until what was admitted has been done.
    ///
    /// @param stuck how many requests wait for what does not come by itself
    public void settle(IntSupplier stuck) {
        session.events().awaitAllBut(stuck);
    }
}
