package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.StallWatch;
import io.cairn.block.os.PagePipe;
import io.cairn.protocol.nbd.NbdStream;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/// The transmission phase of one connection.
///
/// One worker at a time has the {@linkplain Turns turn}: it takes requests from the socket. While
/// requests are {@linkplain Pace quick} it carries each out itself and gathers the replies, which
/// costs no change of threads. When requests are slow, it passes the turn on before it carries one
/// out, so that many are under way at once; so it does with long ones, that one may be read from
/// the disk while another is sent. A worker that gets stuck in what was expected to be quick is
/// {@linkplain #relieve(long) relieved} of its turn. When nothing comes for a moment the workers
/// leave, and only who called {@link #run()} waits for more.
final class Transmission implements StallWatch.Watched {
    private static final int MAX_WORKERS = 16;
    private static final int PATIENCE_SECONDS = 5;

    /// How long a worker waits for a request.
    private static final long IDLE_MILLIS = 20;

    private static final long FOREVER_MILLIS = Long.MAX_VALUE;

    /// How long it may take until other workers are done, for one to carry out a request alone.
    private static final long ALONE_NANOS = 2_000_000;

    /// Payloads up to this length are not copied out of the buffer in which they came.
    private static final int SMALL_PAYLOAD = 64 << 10;

    /// Two requests from this length on may overlap even if they are quick.
    private static final int LONG = 512 << 10;

    private static final int LONG_WORKERS = 2;

    private final NbdStream in;
    private final Session session;
    private final RequestRunner runner;
    private final Executor threads;
    private final ByteBudget budget;
    private final StallWatch watch;
    private final ReentrantLock sending = new ReentrantLock();
    private final Turns turns;
    private final Pace pace = new Pace();

    /// Odd while the worker that has the turn carries a request out; who changes it from odd to
    /// even has the turn from then on.
    private final AtomicLong serial = new AtomicLong();

    /// The replies of the worker whose turn it is.
    private volatile @Nullable ReplyBuffer ofTurn;

    /// The replies of a worker that was relieved, which the next one sends; guarded by the turn.
    private @Nullable ReplyBuffer left;

    /// Buffers at which workers that were relieved still look, by the number of their request;
    /// guarded by itself.
    private final Map<Long, PooledBuffer> abandoned = new HashMap<>();

    /// The serial number that was seen last; of the watch's thread.
    private long seenSerial;

    Transmission(NbdStream in, Session session, NbdServer.Resources resources) {
        this.in = in;
        this.session = session;
        this.runner = new RequestRunner(session, resources.pipes());
        this.threads = resources.threads();
        this.budget = resources.budget();
        this.watch = resources.watch();
        this.turns = new Turns(threads, MAX_WORKERS, this::work);
    }

    /// Serves the client until it has gone, and returns when nothing of it is under way. The
    /// calling thread only waits.
    void run() throws BlockException {
        try {
            while (awaitRequests()) {
                watch.add(this);
                try {
                    turns.begin();
                    turns.awaitWorkers();
                } finally {
                    watch.remove(this);
                }
            }
        } finally {
            synchronized (abandoned) {
                abandoned.values().forEach(PooledBuffer::close);
            }
        }
    }

    /// Waits for as long as it takes, with no memory but for what has come of a request.
    private boolean awaitRequests() throws BlockException {
        if (!turns.isOver() && in.buffered() < headerSize()) {
            in.rest();
            in.stream().awaitReadable(FOREVER_MILLIS);
        }
        return !turns.isOver();
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
        try (ReplyBuffer replies = new ReplyBuffer(new Outlet())) {
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
        Pace.Batch batch = pace.new Batch(() -> replies.sendNanos() + in.fillNanos());
        while (true) {
            if (in.buffered() < headerSize()) {
                batch.judge();
                replies.flush();
                if (!awaitHeader()) {
                    return;
                }
                batch.begin();
            }
            Request request = take();
            if (request == null || turns.isOver()) {
                replies.flush();
                turns.end();
                return;
            }
            boolean isTrial = pace.overlaps() && isTrial();
            if (isTrial) {
                batch.begin();
            }
            batch.add(request);
            Outcome outcome =
                    !isTrial && isForMany(request)
                            ? serveBesideOthers(request, replies)
                            : serveAtOnce(request, replies);
            if (isTrial) {
                batch.judgeTrial();
                batch.begin();
            }
            if (outcome == Outcome.TURN_PASSED) {
                replies.flush();
                return;
            }
        }
    }

    /// Who has the turn after a request was carried out.
    private enum Outcome {
        TURN_KEPT,
        TURN_PASSED
    }

    /// Waits until a whole header is there.
    ///
    /// @return false if there will be none, or not soon; the turn is over then
    private boolean awaitHeader() throws BlockException {
        while (true) {
            switch (in.await(headerSize(), IDLE_MILLIS)) {
                case THERE -> {
                    return true;
                }
                case ENDED -> {
                    turns.end();
                    return false;
                }
                case NOTHING_YET -> {
                    if (turns.rest()) {
                        return false;
                    }
                }
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

    /// Whether a request is slow or long enough for others to be carried out beside it.
    private boolean isForMany(Request request) {
        return pace.overlaps() || (held(request) >= LONG && turns.busy() < LONG_WORKERS);
    }

    /// Whether the next request is to be carried out alone, and no other is under way.
    private boolean isTrial() {
        if (!pace.isTrialDue()) {
            return false;
        }
        if (turns.awaitAlone(ALONE_NANOS)) {
            return true;
        }
        pace.putOff();
        return false;
    }

    /// Carries a request out within the turn.
    private Outcome serveAtOnce(Request request, ReplyBuffer replies) throws BlockException {
        int length = payloadLength(request);
        int held = held(request);
        boolean hasRoom = held > SMALL_PAYLOAD && budget.tryAcquire(held);
        int room = hasRoom ? RequestRunner.PIECE : RequestRunner.SMALL_PIECE;
        try {
            if (length > room) {
                runner.writeInPieces(request, in, room, replies);
                return Outcome.TURN_KEPT;
            }
            try (PooledBuffer pooled = length > SMALL_PAYLOAD ? readPayload(length) : null) {
                ByteBuffer payload = pooled == null ? smallPayload(length) : pooled.buffer();
                return runWithin(request, payload, room, replies);
            }
        } finally {
            if (hasRoom) {
                budget.release(held);
            }
        }
    }

    /// Carries a request out, and may be relieved of the turn meanwhile, but no later: once no
    /// worker is left the watch finds nobody to relieve.
    private Outcome runWithin(
            Request request, @Nullable ByteBuffer payload, int room, ReplyBuffer replies)
            throws BlockException {
        long odd = serial.get() + 1;
        serial.set(odd);
        watch.wake();
        try {
            runner.run(request, payload, room, replies);
        } catch (BlockException | RuntimeException | Error e) {
            endWithin(odd);
            throw e;
        }
        return endWithin(odd);
    }

    private Outcome endWithin(long odd) {
        if (serial.compareAndSet(odd, odd + 1)) {
            return Outcome.TURN_KEPT;
        }
        PooledBuffer mine;
        synchronized (abandoned) {
            mine = abandoned.remove(odd);
        }
        if (mine != null) {
            mine.close();
        }
        return Outcome.TURN_PASSED;
    }

    /// Passes the turn on, and carries the request out; or carries it out within the turn if there
    /// is no memory for more.
    private Outcome serveBesideOthers(Request request, ReplyBuffer replies) throws BlockException {
        int length = payloadLength(request);
        int held = held(request);
        if (length > RequestRunner.PIECE || !budget.tryAcquire(held)) {
            return serveAtOnce(request, replies);
        }
        try {
            replies.flush();
            try (PooledBuffer pooled = length > 0 ? readPayload(length) : null) {
                turns.pass();
                Pace.Batch batch = pace.new Batch(replies::sendNanos);
                batch.add(request);
                ByteBuffer payload = pooled == null ? null : pooled.buffer();
                runner.run(request, payload, RequestRunner.PIECE, replies);
                batch.judge();
                replies.flush();
            }
        } finally {
            budget.release(held);
        }
        return Outcome.TURN_PASSED;
    }

    private int payloadLength(Request request) {
        return request.hasPayload(session.extended()) ? (int) request.length() : 0;
    }

    /// The most that a request and its reply hold at one time.
    private int held(Request request) {
        boolean holds =
                request.command() == NbdWire.CMD_READ
                        || request.command() == NbdWire.CMD_CACHE
                        || request.hasPayload(session.extended());
        return holds ? Math.clamp(request.length(), 0, RequestRunner.PIECE) : 0;
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

    /// Takes the turn away from a worker that has carried out one request for too long. Called by
    /// the watch alone.
    ///
    /// @param odd the serial number of that request
    private void relieve(long odd) {
        ReplyBuffer stuck = ofTurn;
        // While a client takes no replies there is no use in carrying out more of its requests.
        if (sending.isLocked()) {
            return;
        }
        synchronized (abandoned) {
            if (!serial.compareAndSet(odd, odd + 1)) {
                return;
            }
            try {
                PooledBuffer buffer = in.moveOn();
                if (buffer != null) {
                    abandoned.put(odd, buffer);
                }
            } catch (BlockException _) {
                // There is no memory for another buffer: the connection ends.
                stop();
            }
        }
        pace.slowDown();
        left = stuck;
        turns.pass();
    }

    /// The serial number of what the worker with the turn does. Relieves who has carried out the
    /// same request since the last look.
    @Override
    public boolean look() {
        long now = serial.get();
        boolean isRunning = (now & 1) != 0;
        boolean isStill = now == seenSerial;
        if (isRunning && isStill) {
            relieve(now);
        }
        seenSerial = now;
        return isRunning || !isStill;
    }

    /// Sends what workers have for the client, the messages of one not mixed with those of others.
    private final class Outlet implements ReplyBuffer.Sender {
        @Override
        public void send(ByteBuffer src) throws BlockException {
            sending.lock();
            try {
                in.stream().write(src);
            } finally {
                sending.unlock();
            }
        }

        @Override
        public boolean takesPages() {
            return in.stream().takesPages();
        }

        @Override
        public void send(PagePipe pages, int length) throws BlockException {
            in.stream().write(pages, length);
        }

        @Override
        public void hold() {
            sending.lock();
        }

        @Override
        public void release() {
            sending.unlock();
        }
    }
}
