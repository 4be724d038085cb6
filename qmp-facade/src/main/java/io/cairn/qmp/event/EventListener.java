package io.cairn.qmp.event;

import io.cairn.block.option.JsonObject;

/// Hears of events, ready to be sent. Called by any thread; must not block.
@FunctionalInterface
public interface EventListener {
    void happened(JsonObject event);
}
