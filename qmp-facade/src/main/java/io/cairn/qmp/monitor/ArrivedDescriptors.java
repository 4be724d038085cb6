package io.cairn.qmp.monitor;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.os.PassedDescriptor;

import org.jspecify.annotations.Nullable;

/// The descriptor that came beside a client's bytes and waits for a command that takes it: the
/// first of the last message that brought any, as with the peer. The others are closed.
/// Thread-safe.
final class ArrivedDescriptors implements AutoCloseable {
    @GuardedBy("this")
    private @Nullable PassedDescriptor waiting;

    @GuardedBy("this")
    private boolean isFirst;

    /// The next descriptor is the first of a message.
    synchronized void beginMessage() {
        isFirst = true;
    }

    synchronized void add(PassedDescriptor descriptor) {
        if (isFirst) {
            close();
            waiting = descriptor;
            isFirst = false;
        } else {
            descriptor.close();
        }
    }

    /// The descriptor that waits, null if there is none.
    synchronized @Nullable PassedDescriptor take() {
        PassedDescriptor taken = waiting;
        waiting = null;
        return taken;
    }

    @Override
    public synchronized void close() {
        if (waiting != null) {
            waiting.close();
            waiting = null;
        }
    }
}
