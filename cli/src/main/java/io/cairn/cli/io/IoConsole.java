package io.cairn.cli.io;

import io.cairn.block.EventSink;
import io.cairn.block.graph.BlockBackend;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.image.Images;

import java.util.function.Consumer;

/// The commands of the tool, for images that another tool has open. What they have to say goes to
/// standard output at once; asynchronous requests tell of their end when they end.
public final class IoConsole {
    private final Session session;

    /// @param source sends what happens in the graph where it is told
    public IoConsole(
            Invocation invocation, Messages messages, Images images, Consumer<EventSink> source) {
        EventLoop events = new EventLoop(invocation.out()::flush);
        session = new Session(invocation, messages, images, events, source);
    }

    /// Carries out a command.
    public void execute(BlockBackend image, String command) {
        session.execute(image, command);
    }
}
