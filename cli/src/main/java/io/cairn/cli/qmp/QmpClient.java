package io.cairn.cli.qmp;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonString;
import io.cairn.block.option.JsonValue;
import io.cairn.block.os.ByteStream;
import io.cairn.cli.console.ToolException;
import io.cairn.qmp.wire.MessageReader;
import io.cairn.qmp.wire.MessageSink;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A client's end of a connection to a server of QMP (QMP specification).
///
/// Any thread may make requests; each waits for its own reply. A thread of the connection's own
/// reads, and tells the listener of events in the order in which they come, before a reply that
/// follows them is handed out.
final class QmpClient implements AutoCloseable {
    /// How long a server may take to greet. One that serves another client does not greet at all.
    private static final long GREETING_MILLIS = 5000;

    private static final int BUFFER_SIZE = 64 << 10;

    /// Hears of what comes without being asked for; called by the connection's thread.
    interface Listener {
        /// An event came.
        void event(JsonObject event);

        /// The server has gone; nothing more will come.
        void gone();
    }

    private final ByteStream stream;
    private final String name;
    private final ReentrantLock writing = new ReentrantLock();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();

    /// The requests under way by their ids, each with its reply once that is there.
    @GuardedBy("lock")
    private final Map<JsonValue, Slot> slots = new LinkedHashMap<>();

    @GuardedBy("lock")
    private @Nullable JsonObject greeting;

    @GuardedBy("lock")
    private @Nullable String end;

    @GuardedBy("lock")
    private long lastId;

    private volatile @Nullable Listener listener;

    private static final class Slot {
        @Nullable JsonObject reply;
    }

    private QmpClient(ByteStream stream, String name) {
        this.stream = stream;
        this.name = name;
    }

    /// Takes the greeting and leaves the mode in which a server takes no other command, with the
    /// capability `oob` where the server has it. The stream belongs to the client, also on failure.
    ///
    /// @param name of the server in messages
    static QmpClient open(ByteStream stream, String name, Listener listener) throws ToolException {
        QmpClient client = new QmpClient(stream, name);
        try {
            client.negotiate(listener);
            return client;
        } catch (ToolException e) {
            client.close();
            throw e;
        }
    }

    private void negotiate(Listener forEvents) throws ToolException {
        try {
            if (!stream.awaitReadable(GREETING_MILLIS)) {
                throw ToolException.of(
                        name + ": no greeting came; the server may be serving another client");
            }
        } catch (BlockException e) {
            throw ToolException.of(name, e);
        }
        listener = forEvents;
        Workers.startDaemon("qmp:" + name, this::read);
        JsonObject hello = awaitGreeting();
        JsonObject.Builder request = JsonObject.builder().put("execute", "qmp_capabilities");
        if (offersOob(hello)) {
            JsonArray enable = new JsonArray(List.of(JsonValue.of("oob")));
            request.put("arguments", JsonObject.builder().put("enable", enable).build());
        }
        if (request(request.build()).get("error") instanceof JsonObject error) {
            throw ToolException.of(name + ": " + describe(error));
        }
    }

    private JsonObject awaitGreeting() throws ToolException {
        lock.lock();
        try {
            while (greeting == null && end == null) {
                arrived.awaitUninterruptibly();
            }
            JsonObject hello = greeting;
            if (hello == null) {
                throw gone();
            }
            return hello;
        } finally {
            lock.unlock();
        }
    }

    private static boolean offersOob(JsonObject hello) {
        return hello.get("QMP") instanceof JsonObject about
                && about.get("capabilities") instanceof JsonArray offered
                && offered.elements().contains(JsonValue.of("oob"));
    }

    /// `CLASS: TEXT` of an error.
    static String describe(JsonObject error) {
        return text(error.get("class"), "GenericError") + ": " + text(error.get("desc"), "");
    }

    /// A string's value, or something else where it is none.
    static String text(@Nullable JsonValue value, String otherwise) {
        return value instanceof JsonString string ? string.value() : otherwise;
    }

    /// Sends a command and waits for its reply.
    ///
    /// @param command with `execute` or `exec-oob`; it gets an id unless it has one
    /// @return the reply, with `return` or `error`
    /// @throws ToolException if the server has gone, or the id is that of a request under way
    JsonObject request(JsonObject command) throws ToolException {
        Slot slot = new Slot();
        JsonObject message = register(command, slot);
        byte[] text = (Json.print(message) + "\n").getBytes(StandardCharsets.UTF_8);
        writing.lock();
        try {
            stream.write(ByteBuffer.allocateDirect(text.length).put(text).flip());
        } catch (BlockException e) {
            end(e.getMessage());
        } finally {
            writing.unlock();
        }
        lock.lock();
        try {
            while (slot.reply == null && end == null) {
                arrived.awaitUninterruptibly();
            }
            JsonObject reply = slot.reply;
            if (reply == null) {
                throw gone();
            }
            return reply;
        } finally {
            lock.unlock();
        }
    }

    private JsonObject register(JsonObject command, Slot slot) throws ToolException {
        lock.lock();
        try {
            if (end != null) {
                throw gone();
            }
            JsonValue id = command.get("id");
            JsonObject message = command;
            if (id == null) {
                id = JsonValue.of("cairn-" + ++lastId);
                JsonObject.Builder builder = JsonObject.builder();
                command.members().forEach(builder::put);
                message = builder.put("id", id).build();
            }
            if (slots.putIfAbsent(id, slot) != null) {
                throw ToolException.of("a request with the id " + Json.print(id) + " is under way");
            }
            return message;
        } finally {
            lock.unlock();
        }
    }

    /// Whether the server has gone.
    boolean isGone() {
        lock.lock();
        try {
            return end != null;
        } finally {
            lock.unlock();
        }
    }

    /// What to say when the server has gone.
    @GuardedBy("lock")
    private ToolException gone() {
        String why = end;
        return ToolException.of(
                name + ": " + (why == null || why.isEmpty() ? "the server has gone away" : why));
    }

    /// The same for those who were not waiting.
    String farewell() {
        lock.lock();
        try {
            return gone().getMessage();
        } finally {
            lock.unlock();
        }
    }

    private void read() {
        MessageReader reader = new MessageReader(new Incoming());
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_SIZE);
        String why = "";
        try {
            for (int count = stream.read(buffer); count >= 0; count = stream.read(buffer)) {
                reader.feed(buffer.slice(0, count));
            }
        } catch (BlockException e) {
            why = "the server has gone away: " + e.getMessage();
        }
        end(why);
        Listener hearer = listener;
        if (hearer != null) {
            hearer.gone();
        }
    }

    private void end(String why) {
        lock.lock();
        try {
            if (end == null) {
                end = why;
            }
            arrived.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// What comes from the server.
    private final class Incoming implements MessageSink {
        @Override
        public void message(JsonValue value) {
            Listener hearer = listener;
            if (value instanceof JsonObject message && message.get("event") != null) {
                if (hearer != null) {
                    hearer.event(message);
                }
            } else if (value instanceof JsonObject message) {
                take(message);
            } else {
                malformed("");
            }
        }

        @Override
        public void malformed(String problem) {
            end("this is no server of QMP, or its answer is too large to take");
            stream.shutdown();
        }

        private void take(JsonObject message) {
            lock.lock();
            try {
                if (message.get("QMP") != null) {
                    greeting = message;
                } else {
                    Slot slot = slot(message.get("id"));
                    if (slot != null) {
                        slot.reply = message;
                    }
                }
                arrived.signalAll();
            } finally {
                lock.unlock();
            }
        }

        /// The request that a reply answers. One without an id is that of the oldest: a server that
        /// could make nothing of a request does not know its id.
        @GuardedBy("lock")
        private @Nullable Slot slot(@Nullable JsonValue id) {
            if (id != null) {
                return slots.remove(id);
            }
            return slots.isEmpty() ? null : slots.remove(slots.keySet().iterator().next());
        }
    }

    /// Ends the connection without a word.
    @Override
    public void close() {
        listener = null;
        stream.shutdown();
        stream.close();
    }
}
