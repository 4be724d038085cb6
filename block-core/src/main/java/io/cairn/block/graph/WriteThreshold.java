package io.cairn.block.graph;

import io.cairn.block.BlockEvent;
import io.cairn.block.EventSink;

import java.util.concurrent.atomic.AtomicLong;

/// Reports once when a write reaches beyond an offset (QMP reference manual,
/// "block-set-write-threshold"). Thread-safe.
final class WriteThreshold {
    private final String node;
    private final EventSink events;
    private final AtomicLong offset = new AtomicLong();

    WriteThreshold(String node, EventSink events) {
        this.node = node;
        this.events = events;
    }

    /// Arms the threshold; 0 disarms it.
    void set(long bytes) {
        offset.set(bytes);
    }

    long get() {
        return offset.get();
    }

    void check(long end) {
        long threshold = offset.get();
        if (threshold != 0 && end > threshold && offset.compareAndSet(threshold, 0)) {
            events.emit(new BlockEvent.WriteThreshold(node, end - threshold, threshold));
        }
    }
}
