package io.cairn.block;

/// Takes the events of the block layer. Called on the thread on which the event happens; must not
/// block or do I/O.
@FunctionalInterface
public interface EventSink {
    /// Drops every event.
    EventSink NONE = event -> {};

    void emit(BlockEvent event);
}
