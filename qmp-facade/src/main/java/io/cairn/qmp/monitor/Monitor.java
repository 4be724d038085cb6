package io.cairn.qmp.monitor;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.PassedDescriptor;
import io.cairn.qmp.command.Caller;
import io.cairn.qmp.command.Dispatcher;
import io.cairn.qmp.command.ErrorClass;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.event.EventHub;
import io.cairn.qmp.event.EventListener;
import io.cairn.qmp.wire.MessageReader;
import io.cairn.qmp.wire.MessageSink;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// One client's session, from the greeting to the end of its stream (QMP specification).
///
/// Until the client has turned `oob` on, its requests are answered on the thread that reads them,
/// one after the other. From then on another thread does that, with some requests in a queue, and
/// those out of band are answered at once. A client that leaves too many replies unread is not read
/// from.
public final class Monitor {
    private static final int BUFFER = 64 << 10;

    private final ByteStream stream;
    private final Dispatcher dispatcher;
    private final EventHub events;
    private final MonitorOptions options;
    private final Outbox outbox = new Outbox();
    private final RequestQueue queue = new RequestQueue();

    /// Held from the moment when a request is taken until its reply is in the outbox.
    private final ReentrantLock answering = new ReentrantLock();

    private volatile Dispatcher.Mode mode = Dispatcher.Mode.NEGOTIATION;

    private final ArrivedDescriptors descriptors = new ArrivedDescriptors();
    private final Caller caller =
            new Caller() {
                @Override
                public void negotiated(List<String> capabilities) throws QmpException {
                    negotiate(capabilities);
                }

                @Override
                public int takeDescriptor() throws QmpException {
                    PassedDescriptor descriptor = descriptors.take();
                    if (descriptor == null) {
                        throw QmpException.generic(Dispatcher.NO_DESCRIPTOR);
                    }
                    return descriptor.release();
                }
            };
    private final EventListener listener = event -> outbox.addEvent(line(event));
    private final MessageSink messages =
            new MessageSink() {
                @Override
                public void message(JsonValue value) {
                    received(new Incoming.Message(value));
                }

                @Override
                public void malformed(String problem) {
                    received(new Incoming.Malformed(problem));
                }
            };

    public Monitor(
            ByteStream stream, Dispatcher dispatcher, EventHub events, MonitorOptions options) {
        this.stream = stream;
        this.dispatcher = dispatcher;
        this.events = events;
        this.options = options;
    }

    /// Serves the client until it is gone. The caller closes the stream.
    public void run() {
        Thread sender =
                Workers.startDaemon(
                        "qmp:send " + options.name(),
                        () -> {
                            outbox.sendTo(stream);
                            stream.shutdown();
                        });
        outbox.addReply(line(greeting()));
        try {
            if (options.life().awaitStart()) {
                serve();
            }
        } catch (BlockException _) {
            // The client is gone.
        } finally {
            events.remove(listener);
            queue.close();
            outbox.close();
            descriptors.close();
            Workers.awaitEnd(sender);
        }
    }

    /// Waits until the client has been sent all that there is for it now, or the time by {@link
    /// System#nanoTime} has come.
    public void awaitSent(long deadline) {
        outbox.awaitSent(deadline);
    }

    /// Waits, for a second at most, until the client has been sent all that there is for it.
    public void finish() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        answering.lock();
        try {
            outbox.awaitSent(deadline);
        } finally {
            answering.unlock();
        }
    }

    private void serve() throws BlockException {
        MessageReader reader = new MessageReader(messages);
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        while (true) {
            buffer.clear();
            descriptors.beginMessage();
            int count = stream.read(buffer, descriptors::add);
            if (count < 0) {
                return;
            }
            reader.feed(buffer.limit(count));
        }
    }

    private void received(Incoming message) {
        Dispatcher.Mode now = mode;
        if (now != Dispatcher.Mode.COMMANDS_AND_OOB || message.isOutOfBand()) {
            answer(message);
        } else {
            queue.put(message);
        }
    }

    private void answer(Incoming message) {
        outbox.awaitRoom();
        answering.lock();
        try {
            if (options.life().isEnding()) {
                // As with the peer, nothing behind the command that ends it is carried out.
                return;
            }
            JsonObject reply;
            try (EventHub.Answer _ = events.beginAnswer()) {
                reply = reply(message);
                if (!options.life().isEnding()) {
                    outbox.addReply(line(reply));
                    return;
                }
            }
            options.life().awaitEnd();
            outbox.addReply(line(reply));
        } finally {
            answering.unlock();
        }
    }

    private JsonObject reply(Incoming message) {
        if (message instanceof Incoming.Malformed malformed) {
            return Dispatcher.error(malformed.problem());
        }
        if (((Incoming.Message) message).value() instanceof JsonObject object) {
            return dispatcher.dispatch(object, mode, caller);
        }
        return Dispatcher.error("QMP input must be a JSON object");
    }

    private void negotiate(List<String> capabilities) throws QmpException {
        if (mode != Dispatcher.Mode.NEGOTIATION) {
            throw new QmpException(
                    ErrorClass.COMMAND_NOT_FOUND,
                    "Capabilities negotiation is already complete, command ignored");
        }
        events.add(listener);
        if (capabilities.contains("oob")) {
            mode = Dispatcher.Mode.COMMANDS_AND_OOB;
            Workers.startDaemon("qmp:run " + options.name(), () -> queue.drain(this::answer));
        } else {
            mode = Dispatcher.Mode.COMMANDS;
        }
    }

    private JsonObject greeting() {
        JsonObject content =
                JsonObject.builder()
                        .put("version", options.version())
                        .put("capabilities", new JsonArray(List.of(JsonValue.of("oob"))))
                        .build();
        return JsonObject.builder().put("QMP", content).build();
    }

    /// A message as it is sent, with its line end.
    private String line(JsonObject message) {
        if (options.isPretty()) {
            return Json.printPretty(message).replace("\n", "\r\n").concat("\r\n");
        }
        return Json.print(message).concat("\r\n");
    }
}
