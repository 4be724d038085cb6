package io.cairn.qmp.monitor;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What is to be sent to a client, in order, and the loop that sends it.
///
/// A client that does not read holds at most {@link #MAX_UNSENT} bytes of events and replies, and
/// the reply to one more request: then events are dropped, and the next request is not taken before
/// there is room again. So much is let wait since there are clients that send request after request
/// and read only now and then.
final class Outbox {
    /// Bytes of unsent text beyond which events are dropped and no request is taken.
    static final int MAX_UNSENT = 4 << 20;

    private static final int BUFFER = 64 << 10;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Deque<String> lines = new ArrayDeque<>();

    /// The characters of the lines, and of the one that is being sent; all of them are ASCII.
    @GuardedBy("lock")
    private long unsent;

    @GuardedBy("lock")
    private boolean isClosed;

    @GuardedBy("lock")
    private boolean isOver;

    /// Puts a reply last.
    void addReply(String line) {
        add(line, Long.MAX_VALUE);
    }

    /// Puts an event last, unless too much waits already.
    void addEvent(String line) {
        add(line, MAX_UNSENT);
    }

    private void add(String line, long most) {
        lock.lock();
        try {
            if (!isClosed && unsent <= most) {
                lines.add(line);
                unsent += line.length();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until so little is unsent that another request may be taken.
    void awaitRoom() {
        lock.lock();
        try {
            while (unsent > MAX_UNSENT && !isClosed) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits until everything is sent, or cannot be sent any more, or the time by {@link
    /// System#nanoTime} has come.
    void awaitSent(long deadline) {
        lock.lock();
        try {
            while (unsent > 0 && !isOver && Workers.awaitUntil(changed, deadline)) {
                // Something was sent.
            }
        } finally {
            lock.unlock();
        }
    }

    /// Sends what comes until the outbox is closed or the client is gone.
    void sendTo(ByteStream stream) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
        try {
            for (String line = take(buffer); !line.isEmpty(); line = take(buffer)) {
                send(line, buffer, stream);
            }
        } catch (BlockException _) {
            // The client is gone; whoever reads from it notices too.
        } finally {
            end();
        }
    }

    private void end() {
        lock.lock();
        try {
            isClosed = true;
            isOver = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The next lines that fit into the buffer together, or one that may not; empty at the end.
    private String take(ByteBuffer buffer) {
        lock.lock();
        try {
            while (lines.isEmpty() && !isClosed) {
                changed.awaitUninterruptibly();
            }
            if (lines.isEmpty()) {
                return "";
            }
            String first = lines.remove();
            if (lines.isEmpty()) {
                return first;
            }
            StringBuilder batch = new StringBuilder(first);
            while (!lines.isEmpty()
                    && batch.length() + lines.element().length() <= buffer.capacity()) {
                batch.append(lines.remove());
            }
            return batch.toString();
        } finally {
            lock.unlock();
        }
    }

    private void send(String line, ByteBuffer buffer, ByteStream stream) throws BlockException {
        for (int start = 0; start < line.length(); ) {
            int end = Math.min(line.length(), start + buffer.capacity());
            buffer.clear();
            buffer.put(line.substring(start, end).getBytes(StandardCharsets.US_ASCII)).flip();
            stream.write(buffer);
            start = end;
        }
        lock.lock();
        try {
            unsent -= line.length();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Takes no more; what is there is sent still.
    void close() {
        lock.lock();
        try {
            isClosed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
