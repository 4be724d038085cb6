package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.protocol.nbd.NbdStream;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The transmission phase of one connection.
///
/// One worker at a time has the {@linkplain Turns turn}: it takes requests from the socket. While
/// requests are quick it carries each out itself and gathers the replies, which costs no change of
/// threads. When requests are slow, it passes the turn on before it carries one out, so that many
/// are under way at once. A worker that gets stuck in what was expected to be quick is {@linkplain
/// #relieve(long) relieved} of its turn.
final class Transmission {
    private static final int MAX_WORKERS = 16;
    private static final int PATIENCE_SECONDS = 5;

    /// Requests that take longer on average are carried out beside each other.
    private static final long SLOW_NANOS = 100_000;

    private static final long QUICK_NANOS = 40_000;

    /// Payloads up to this length are not copied out of the buffer in which they came.
    private static final int SMALL_PAYLOAD = 64 << 10;

    private final NbdStream in;
    private final Session session;
    private final RequestRunner runner;
    private final ByteBudget budget;
    private final StallWatch watch;
    private final ReentrantLock sending = new ReentrantLock();
    private final Turns turns;

    /// Odd while the worker that has the turn carries a request out; who changes it from odd to
    /// even has the turn from then on.
    private final AtomicLong serial = new AtomicLong();

    /// The replies of the worker whose turn it is.
    private volatile @Nullable ReplyBuffer ofTurn;

    /// The replies of a worker that was relieved, which the next one sends; guarded by the turn.
    private @Nullable ReplyBuffer left;

    private volatile boolean overlaps;
    private volatile long averageNanos;

    /// What {@link StallWatch} saw last; used by it alone.
    long seenSerial;

    Transmission(NbdStream in, Session session, String name, ByteBudget budget, StallWatch watch) {
        this.in = in;
        this.session = session;
        this.runner = new RequestRunner(session);
        this.budget = budget;
        this.watch = watch;
        this.turns = new Turns(name, MAX_WORKERS, this::work);
    }

    /// Serves the client until it has gone, and returns when nothing of it is under way.
    void run() {
        watch.add(this);
        try {
            work();
            turns.awaitWorkers();
        } finally {
            watch.remove(this);
        }
    }

    /// Takes no further request.
    void stop() {
        turns.end();
        in.stream().shutdownInput();
    }

    /// Waits until what is under way is finished and answered; a client that does not take its
    /// answers loses them after a while.
    void awaitEnd() {
        if (!turns.awaitWorkers(PATIENCE_SECONDS)) {
            in.stream().shutdown();
        }
    }

    // ---- workers

    private void work() {
        boolean isSound = false;
        try (ReplyBuffer replies = new ReplyBuffer(this::send)) {
            while (turns.take()) {
                serveTurn(replies);
            }
            isSound = true;
        } catch (BlockException _) {
            // The client has gone, or broke the protocol: nobody is left to tell.
            isSound = false;
        } finally {
            if (!isSound) {
                turns.end();
                in.stream().shutdown();
            }
            turns.leave();
        }
    }

    /// Serves requests until the turn is passed on.
    private void serveTurn(ReplyBuffer replies) throws BlockException {
        ReplyBuffer before = left;
        left = null;
        if (before != null) {
            before.flushBeneath();
        }
        ofTurn = replies;
        long began = System.nanoTime();
        int count = 0;
        while (true) {
            if (in.buffered() < headerSize()) {
                replies.flush();
                judge(began, count);
                if (!in.await(headerSize())) {
                    turns.end();
                    return;
                }
                began = System.nanoTime();
                count = 0;
            }
            Request request = take();
            if (request == null || turns.isOver()) {
                replies.flush();
                turns.end();
                return;
            }
            count++;
            if (overlaps) {
                replies.flush();
                serveBesideOthers(request, replies);
                return;
            }
            if (!serveAtOnce(request, replies)) {
                replies.flush();
                return;
            }
        }
    }

    private int headerSize() {
        return session.extended() ? NbdWire.EXTENDED_REQUEST_SIZE : NbdWire.REQUEST_SIZE;
    }

    /// The next request, whose header is there; null for the client's farewell.
    private @Nullable Request take() throws BlockException {
        int magic = session.extended() ? NbdWire.EXTENDED_REQUEST_MAGIC : NbdWire.REQUEST_MAGIC;
        if (in.in().getInt() != magic) {
            throw new BlockException(Errno.EINVAL, "invalid magic");
        }
        Request request = Request.take(in.in(), session.extended());
        if (request.hasPayload(session.extended())
                && (request.length() < 0 || request.length() > NbdWire.MAX_PAYLOAD)) {
            throw new BlockException(Errno.EINVAL, "payload of " + request.length() + " bytes");
        }
        return request.command() == NbdWire.CMD_DISC ? null : request;
    }

    /// Carries a request out within the turn.
    ///
    /// @return false if the turn was taken away meanwhile
    private boolean serveAtOnce(Request request, ReplyBuffer replies) throws BlockException {
        int length = request.hasPayload(session.extended()) ? (int) request.length() : 0;
        int held = Math.max(length, replySize(request));
        if (held > SMALL_PAYLOAD) {
            budget.acquire(held);
        }
        try (PooledBuffer pooled = length > SMALL_PAYLOAD ? readPayload(length) : null) {
            ByteBuffer payload = pooled == null ? smallPayload(length) : pooled.buffer();
            long odd = serial.get() + 1;
            serial.set(odd);
            watch.wake();
            runner.run(request, payload, replies);
            return serial.compareAndSet(odd, odd + 1);
        } finally {
            if (held > SMALL_PAYLOAD) {
                budget.release(held);
            }
        }
    }

    /// Passes the turn on, and carries the request out.
    private void serveBesideOthers(Request request, ReplyBuffer replies) throws BlockException {
        int length = request.hasPayload(session.extended()) ? (int) request.length() : 0;
        int held = Math.max(length, replySize(request));
        budget.acquire(held);
        try (PooledBuffer pooled = length > 0 ? readPayload(length) : null) {
            long began = System.nanoTime();
            turns.pass();
            runner.run(request, pooled == null ? null : pooled.buffer(), replies);
            replies.flush();
            judge(began, 1);
        } finally {
            budget.release(held);
        }
    }

    /// The most that the reply holds at one time.
    private int replySize(Request request) {
        return request.command() == NbdWire.CMD_READ
                ? Math.clamp(request.length(), 0, NbdWire.MAX_PAYLOAD)
                : 0;
    }

    /// The payload where it is in the buffer, or null if there is none.
    private @Nullable ByteBuffer smallPayload(int length) throws BlockException {
        if (length == 0) {
            return null;
        }
        in.require(length);
        ByteBuffer payload = in.in().slice(in.in().position(), length);
        in.in().position(in.in().position() + length);
        return payload;
    }

    private PooledBuffer readPayload(int length) throws BlockException {
        PooledBuffer pooled = BufferPool.shared().acquire(length);
        try {
            in.readFully(pooled.buffer());
            return pooled;
        } catch (BlockException | RuntimeException | Error e) {
            pooled.close();
            throw e;
        }
    }

    /// Chooses how the next requests are served, by how long the last ones took.
    private void judge(long began, int count) {
        if (count == 0) {
            return;
        }
        long nanos = (System.nanoTime() - began) / count;
        long before = averageNanos;
        long average = before + (nanos - before) / 8;
        // Workers that judge at the same time may forget each other's figures, which are alike.
        averageNanos = average;
        if (nanos > SLOW_NANOS || average > SLOW_NANOS) {
            overlaps = true;
        } else if (average < QUICK_NANOS) {
            overlaps = false;
        }
    }

    /// Takes the turn away from a worker that has carried out one request for too long. Called by
    /// the watch alone.
    ///
    /// @param odd the serial number of that request
    void relieve(long odd) {
        ReplyBuffer stuck = ofTurn;
        if (!serial.compareAndSet(odd, odd + 1)) {
            return;
        }
        overlaps = true;
        averageNanos = 2 * SLOW_NANOS;
        in.moveOn();
        left = stuck;
        turns.pass();
    }

    /// The serial number of what the worker with the turn does.
    long serial() {
        return serial.get();
    }

    private void send(ByteBuffer src) throws BlockException {
        sending.lock();
        try {
            in.stream().write(src);
        } finally {
            sending.unlock();
        }
    }
}
