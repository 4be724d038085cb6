package io.cairn.testimages;

import java.nio.ByteBuffer;

/// A call that changed, or ordered, a storage.
public sealed interface HostOp {
    /// Bytes written; the buffer is read-only and from position 0 to limit.
    record Write(long offset, ByteBuffer data) implements HostOp {}

    /// A range made zero without data.
    record Zero(long offset, long length) implements HostOp {}

    /// A new length.
    record Truncate(long length) implements HostOp {}

    /// Everything before is on stable storage.
    record Flush() implements HostOp {}
}
