package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.PooledBuffer;
import io.cairn.block.os.PagePipe;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// Where one worker builds its replies. Small ones are gathered and sent together.
///
/// The worker takes room, fills it and commits it, or takes other room instead. Another thread may
/// meanwhile {@linkplain #flush() send} what was committed.
final class ReplyBuffer implements AutoCloseable {
    /// Bytes that are gathered at most.
    private static final int SIZE = 128 << 10;

    /// Bytes from which on it is not worth waiting for more.
    private static final int ENOUGH = 60 << 10;

    /// The longest message that is gathered.
    private static final int LONGEST = (64 << 10) + 64;

    private final Sender sender;
    private @Nullable PooledBuffer gathered;
    private @Nullable PooledBuffer single;

    /// How long the owner's sending has taken in all.
    private long sendNanos;

    /// Of the gathered bytes, those that were sent; guarded by this.
    private int sent;

    /// Of the gathered bytes, those that are whole replies; guarded by this.
    private int committed;

    /// Sends buffers to the client, whole and not mixed with those of others.
    interface Sender {
        void send(ByteBuffer src) throws BlockException;

        /// Whether pages may be sent.
        boolean takesPages();

        /// Sends pages that a pipe holds, while others are kept from sending.
        void send(PagePipe pages, int length) throws BlockException;

        /// Keeps others from sending until {@link #release()}.
        void hold();

        void release();
    }

    ReplyBuffer(Sender sender) {
        this.sender = sender;
    }

    /// Room for a message, from position 0 to the limit `size`.
    ByteBuffer room(int size) throws BlockException {
        releaseSingle();
        if (size > LONGEST) {
            PooledBuffer own = BufferPool.shared().acquire(size);
            single = own;
            return own.buffer();
        }
        PooledBuffer all = gathered;
        if (all == null) {
            all = BufferPool.shared().acquire(SIZE);
            gathered = all;
        }
        synchronized (this) {
            if (committed + size > SIZE) {
                drain();
            }
            return all.buffer().slice(committed, size);
        }
    }

    /// The first bytes of the room are a message.
    void commit(int length) throws BlockException {
        PooledBuffer own = single;
        if (own != null) {
            // The pieces of one reply keep their order.
            long began = System.nanoTime();
            drain();
            sender.send(own.buffer().slice(0, length));
            sendNanos += System.nanoTime() - began;
            releaseSingle();
            return;
        }
        synchronized (this) {
            committed += length;
            if (committed - sent >= ENOUGH) {
                long began = System.nanoTime();
                drain();
                sendNanos += System.nanoTime() - began;
            }
        }
    }

    /// How long the owner has waited in {@link #commit(int)} for the client to take replies.
    long sendNanos() {
        return sendNanos;
    }

    /// Whether data may be committed as pages.
    boolean takesPages() {
        return sender.takesPages();
    }

    /// Sends pages as the next part of a sequence.
    void commitPages(PagePipe pages, int length) throws BlockException {
        drain();
        sender.send(pages, length);
    }

    /// Begins a message that is committed in several parts.
    void beginSequence() throws BlockException {
        drain();
        sender.hold();
    }

    /// Sends the rest of that message.
    void endSequence() throws BlockException {
        try {
            drain();
        } finally {
            sender.release();
        }
    }

    /// Sends what was committed and gives the memory back until there is more.
    synchronized void flush() throws BlockException {
        drain();
        PooledBuffer all = gathered;
        if (all != null) {
            gathered = null;
            all.close();
        }
    }

    private synchronized void drain() throws BlockException {
        flushBeneath();
        sent = 0;
        committed = 0;
    }

    /// Sends what was committed while the owner of this buffer is still building something behind
    /// it.
    synchronized void flushBeneath() throws BlockException {
        PooledBuffer all = gathered;
        if (all != null && committed > sent) {
            int from = sent;
            sent = committed;
            sender.send(all.buffer().slice(from, committed - from));
        }
    }

    private void releaseSingle() {
        PooledBuffer own = single;
        if (own != null) {
            single = null;
            own.close();
        }
    }

    /// Gives the memory back; what was not sent is lost.
    @Override
    public synchronized void close() {
        releaseSingle();
        PooledBuffer all = gathered;
        if (all != null) {
            gathered = null;
            all.close();
        }
        sent = 0;
        committed = 0;
    }
}
