package io.cairn.fuse.server;

import io.cairn.block.BlockException;
import io.cairn.block.StallWatch;
import io.cairn.block.Workers;
import io.cairn.block.os.FuseDevice;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// The threads that serve one file.
///
/// One at a time has the turn: it takes messages, and while requests are quick carries them out
/// itself. When they are slow (`FusePace`) it passes the turn to another thread before it carries
/// one out, and if one that was expected to be quick gets stuck, `StallWatch` takes the turn away
/// from it. A thread that has lost the turn leaves when its request is done.
///
/// What waits for a message for longer than a moment holds no memory for it.
final class FuseWorkers implements StallWatch.Watched {
    /// The most requests under way; further ones wait in the kernel.
    static final int MOST = 64;

    /// How long a thread keeps its memory while it waits.
    private static final long WARM_MILLIS = 20;

    private static final long POOL_SECONDS = 2;

    private final FuseDevice device;
    private final Answers answers;
    private final Runnable ended;
    private final String name;
    private final Executor threads;
    private final FusePace pace = new FusePace();
    private final StallWatch watch = SharedWatch.WATCH;

    /// Counts the beginnings and ends of turns' requests: odd while who has the turn carries one
    /// out. Who changes an odd one decides over the turn.
    private final AtomicLong turn = new AtomicLong();

    /// The requests under way.
    private final AtomicInteger serving = new AtomicInteger();

    /// Nobody has the turn: whoever is done with a request takes it.
    private final AtomicBoolean isVacant = new AtomicBoolean();

    private final AtomicBoolean isExpected = new AtomicBoolean();

    /// Waits until no request is under way.
    private volatile @Nullable Thread finisher;

    /// The turn as it was seen last; of the watch's thread.
    private long seenTurn;

    /// @param ended called once if the device is over and nobody {@linkplain #expectEnd expects} it
    FuseWorkers(String name, FuseDevice device, Answers answers, Runnable ended) {
        this.name = name;
        this.device = device;
        this.answers = answers;
        this.ended = ended;
        threads = Workers.pool(name, POOL_SECONDS);
    }

    void start() {
        watch.add(this);
        threads.execute(this::hold);
    }

    /// From now on the end of the device is no news.
    void expectEnd() {
        isExpected.set(true);
    }

    /// Takes no more messages, and returns when all that were taken are answered.
    void finish() {
        finisher = Thread.currentThread();
        device.stop();
        Workers.parkUntil(() -> serving.get() == 0);
    }

    /// What a thread does that has the turn, for as long as it has.
    private void hold() {
        @Nullable Exchange exchange = null;
        boolean isPassed = false;
        try {
            while (!isPassed) {
                FuseDevice.Event event =
                        device.await(exchange == null ? FuseDevice.FOREVER : WARM_MILLIS);
                if (event == FuseDevice.Event.OVER) {
                    return;
                }
                if (event == FuseDevice.Event.MESSAGE) {
                    exchange = exchange == null ? openExchange() : exchange;
                    isPassed = exchange == null || !serve(exchange);
                } else if (exchange != null) {
                    exchange.close();
                    exchange = null;
                }
            }
        } catch (BlockException _) {
            // The device is closed, or of no use any more.
        } finally {
            if (exchange != null) {
                exchange.close();
            }
            if (!isPassed) {
                end();
            }
        }
    }

    /// Memory for a request. Where there is no more to lend, whoever is done first goes on with its
    /// own; without such a one this thread makes some.
    ///
    /// @return null if the turn is passed on for that
    private @Nullable Exchange openExchange() {
        try {
            return Exchange.open();
        } catch (BlockException _) {
            isVacant.set(true);
            if (serving.get() > 0 || !isVacant.compareAndSet(true, false)) {
                return null;
            }
            return Exchange.ofOwnMemory();
        }
    }

    /// Takes a message, carries it out and answers it.
    ///
    /// @return whether this thread has the turn afterwards
    private boolean serve(Exchange exchange) throws BlockException {
        int length = device.receive(exchange.room());
        if (length < FuseWire.REQUEST_HEADER) {
            return true;
        }
        FuseRequest request = exchange.request(length);
        boolean isAlone = serving.getAndIncrement() == 0;
        long mine = turn.incrementAndGet();
        watch.wake();
        long began = System.nanoTime();
        if (pace.overlaps(began)) {
            relieve(mine);
        }
        ByteBuffer answer = answers.to(request, exchange);
        int bytes = transferred(request);
        if (bytes >= 0) {
            long now = System.nanoTime();
            pace.judge(now - began, bytes, now, isAlone, turn.get() == mine);
        }
        if (answer != null) {
            send(answer);
        }
        if (serving.decrementAndGet() == 0) {
            LockSupport.unpark(finisher);
        }
        return turn.compareAndSet(mine, mine + 1) || isVacant.compareAndSet(true, false);
    }

    /// The bytes of a read or a write, by which it is judged; -1 for anything else.
    private static int transferred(FuseRequest request) {
        if (request instanceof FuseRequest.Read read) {
            return read.length();
        }
        return request instanceof FuseRequest.Write write ? write.length() : -1;
    }

    /// An answer that the kernel does not take is of no use to anybody, and ends the request there.
    private void send(ByteBuffer answer) {
        try {
            device.send(answer);
        } catch (BlockException _) {
            // If the device is over, the next wait tells.
        }
    }

    /// Takes the turn away from who carries out a request, unless that is done meanwhile.
    private void relieve(long seen) {
        if (!turn.compareAndSet(seen, seen + 1)) {
            return;
        }
        if (serving.get() >= MOST) {
            isVacant.set(true);
            if (serving.get() >= MOST || !isVacant.compareAndSet(true, false)) {
                return;
            }
        }
        threads.execute(this::hold);
    }

    /// Relieves who is where it was when this was called last.
    ///
    /// @return whether anything has moved or is under way
    @Override
    public boolean look() {
        long now = turn.get();
        boolean isRunning = (now & 1) != 0;
        boolean isStill = now == seenTurn;
        if (isRunning && isStill) {
            relieve(now);
        }
        seenTurn = now;
        return isRunning || !isStill;
    }

    private void end() {
        watch.remove(this);
        if (isExpected.compareAndSet(false, true)) {
            Workers.startVirtual(name + " ended", ended);
        }
    }

    /// There is one for all files that this process serves, from the first one on.
    private static final class SharedWatch {
        static final StallWatch WATCH = new StallWatch("fuse:watch");

        private SharedWatch() {}
    }
}
