package io.cairn.qmp.wire;

import io.cairn.block.option.JsonValue;

/// Takes what a {@link MessageReader} finds in a stream.
public interface MessageSink {
    /// A whole value has come.
    void message(JsonValue value);

    /// What has come is no JSON, or more than the reader takes.
    ///
    /// @param problem in the peer's words
    void malformed(String problem);
}
