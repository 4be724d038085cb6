package io.cairn.nbd.server;

import io.cairn.block.os.PagePipe;

import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;

/// Pipes for pages on their way to clients, of which a few are kept.
final class Pipes implements AutoCloseable {
    private static final int MAX_KEPT = 8;

    /// The host does not let one user have many.
    private static final int MAX_COUNT = 32;

    // Guarded by this.
    private final ArrayDeque<PagePipe> idle = new ArrayDeque<>();
    private int count;
    private boolean isClosed;

    /// Lends an empty pipe that takes {@link RequestRunner#PIECE}, if there is one.
    synchronized @Nullable PagePipe take() {
        PagePipe pipe = idle.pollLast();
        if (pipe == null && count < MAX_COUNT) {
            pipe = PagePipe.open(RequestRunner.PIECE);
            count += pipe == null ? 0 : 1;
        }
        return pipe;
    }

    /// Takes a pipe back, which is empty again.
    synchronized void giveBack(PagePipe pipe) {
        if (isClosed || idle.size() >= MAX_KEPT) {
            discard(pipe);
        } else {
            idle.addLast(pipe);
        }
    }

    /// Takes a pipe back that is of no further use.
    synchronized void discard(PagePipe pipe) {
        count--;
        pipe.close();
    }

    @Override
    public synchronized void close() {
        isClosed = true;
        idle.forEach(this::discard);
        idle.clear();
    }
}
