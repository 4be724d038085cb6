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
/// Thread-safe; never blocks.
public final class EventHub implements AutoCloseable {
    private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Set<String> LIMITED = Set.of("QUORUM_REPORT_BAD", "QUORUM_FAILURE");

    private final Schema schema;
    private final DeclaredOrder order;
    private final InstantSource clock;
    private final List<EventListener> listeners = new CopyOnWriteArrayList<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<String, Limit> limits = new HashMap<>();

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
