package io.cairn.qmp.event;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.Workers;
import io.cairn.block.option.JsonObject;
import io.cairn.qmp.schema.DeclaredOrder;
import io.cairn.qmp.schema.Definition;
import io.cairn.qmp.schema.Schema;

import org.jspecify.annotations.Nullable;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sends events to all who listen, in one order for all.
///
/// Of an event whose rate is limited, one a second is sent: the first at once, and of those that
/// follow within the second the last, when it is over (QMP specification, "Asynchronous events").
/// While a command is answered, what other threads tell waits until the reply is out, unless the
/// command itself tells something afterwards: a client sees what a command did, its reply, and then
/// what came of it. Thread-safe; never blocks.
public final class EventHub implements AutoCloseable {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    /// Events that wait for a reply; further ones do not.
    private static final int MAX_WAITING = 1000;

    private static final Set<String> LIMITED = Set.of("QUORUM_REPORT_BAD", "QUORUM_FAILURE");

    private final Schema schema;
    private final DeclaredOrder order;
    private final InstantSource clock;
    private final List<EventListener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<String, Limit> limits = new HashMap<>();

    /// The threads that answer a command.
    @GuardedBy("lock")
    private final Set<Thread> answering = new HashSet<>();

    /// What others have told meanwhile.
    @GuardedBy("lock")
    private final List<JsonObject> waiting = new ArrayList<>();

    @GuardedBy("lock")
    private boolean hasTimer;

    @GuardedBy("lock")
    private boolean isClosed;

    /// What was sent of one kind of event.
    private static final class Limit {
        final long until;
        @Nullable JsonObject held;

        Limit(long until) {
            this.until = until;
        }
    }

    /// @param schema in which all events stand
    /// @param clock the time that events bear
    public EventHub(Schema schema, InstantSource clock) {
        this.schema = schema;
        this.order = new DeclaredOrder(schema);
        this.clock = clock;
    }

    /// The events that may be sent.
    public List<Definition.Event> definitions() {
        return schema.events();
    }

    /// Sends events there from now on.
    public void add(EventListener listener) {
        listeners.add(listener);
    }

    /// Sends events there no more.
    public void remove(EventListener listener) {
        listeners.remove(listener);
    }

    /// A command that is being answered.
    public interface Answer extends AutoCloseable {
        /// The reply is out.
        @Override
        void close();
    }

    /// The calling thread answers a command from now on.
    public Answer beginAnswer() {
        Thread self = Thread.currentThread();
        lock.lock();
        try {
            answering.add(self);
        } finally {
            lock.unlock();
        }
        return () -> endAnswer(self);
    }

    private void endAnswer(Thread self) {
        lock.lock();
        try {
            answering.remove(self);
            sendWaiting();
        } finally {
            lock.unlock();
        }
    }

    /// Sends an event without data.
    public void emit(String name) {
        emit(name, JsonObject.EMPTY);
    }

    /// Sends an event.
    ///
    /// @param name one that the schema knows
    public void emit(String name, JsonObject data) {
        Definition.Event definition =
                schema.event(name).orElseThrow(() -> new IllegalArgumentException(name));
        JsonObject event = event(name, (JsonObject) order.of(definition.data(), data));
        lock.lock();
        try {
            if (LIMITED.contains(name)) {
                limited(key(name, data), event);
            } else {
                send(event);
            }
        } finally {
            lock.unlock();
        }
    }

    private JsonObject event(String name, JsonObject data) {
        Instant now = clock.instant();
        JsonObject.Builder event = JsonObject.builder();
        event.put(
                "timestamp",
                JsonObject.builder()
                        .put("seconds", now.getEpochSecond())
                        .put("microseconds", now.getNano() / 1000)
                        .build());
        event.put("event", name);
        if (!data.members().isEmpty()) {
            event.put("data", data);
        }
        return event.build();
    }

    /// Reports about different nodes do not stand for each other.
    private static String key(String name, JsonObject data) {
        return name.equals("QUORUM_REPORT_BAD") && data.get("node-name") != null
                ? name + " " + data.get("node-name")
                : name;
    }

    @GuardedBy("lock")
    private void limited(String key, JsonObject event) {
        long now = System.nanoTime();
        Limit limit = limits.get(key);
        if (limit != null && now < limit.until) {
            limit.held = event;
            return;
        }
        send(event);
        limits.put(key, new Limit(now + INTERVAL_NANOS));
        if (!hasTimer) {
            hasTimer = true;
            Workers.startVirtual("qmp:events", this::sendHeld);
        }
        changed.signalAll();
    }

    /// Sends what was held back when its time comes, until there is nothing to wait for.
    private void sendHeld() {
        lock.lock();
        try {
            while (!limits.isEmpty() && !isClosed) {
                long now = System.nanoTime();
                long next = now + INTERVAL_NANOS;
                for (Map.Entry<String, Limit> entry : new ArrayList<>(limits.entrySet())) {
                    Limit limit = entry.getValue();
                    if (limit.until > now) {
                        next = Math.min(next, limit.until);
                        continue;
                    }
                    limits.remove(entry.getKey());
                    if (limit.held != null) {
                        send(limit.held);
                        limits.put(entry.getKey(), new Limit(now + INTERVAL_NANOS));
                    }
                }
                if (!limits.isEmpty()) {
                    Workers.awaitUntil(changed, next);
                }
            }
            hasTimer = false;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void send(JsonObject event) {
        if (answering.isEmpty()) {
            deliver(event);
            return;
        }
        waiting.add(event);
        if (answering.contains(Thread.currentThread()) || waiting.size() > MAX_WAITING) {
            sendWaiting();
        }
    }

    @GuardedBy("lock")
    private void sendWaiting() {
        waiting.forEach(this::deliver);
        waiting.clear();
    }

    private void deliver(JsonObject event) {
        for (EventListener listener : listeners) {
            listener.happened(event);
        }
    }

    /// Holds nothing back any more.
    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
