package io.cairn.qmp.monitor;

import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;

/// What came from a client.
sealed interface Incoming {
    /// Whether it is to be answered before what waits already.
    default boolean isOutOfBand() {
        return this instanceof Message message
                && message.value() instanceof JsonObject object
                && object.get("exec-oob") != null;
    }

    /// A whole JSON value.
    record Message(JsonValue value) implements Incoming {}

    /// Something else.
    ///
    /// @param problem what the client is told
    record Malformed(String problem) implements Incoming {}
}
