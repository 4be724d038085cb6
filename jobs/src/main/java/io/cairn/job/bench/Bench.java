package io.cairn.job.bench;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Bytes;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.Failures;
import io.cairn.job.JobControl;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;

/// Sends requests to an image as fast as it takes them.
public final class Bench {
    private final BlockBackend disk;
    private final BenchPlan plan;
    private final JobControl control;
    private final long length;

    public Bench(BlockBackend disk, BenchPlan plan, JobControl control) {
        this.disk = disk;
        this.plan = plan;
        this.control = control;
        this.length = disk.length();
    }

    /// Sends all requests and waits for them.
    public void run() throws BlockException {
        boolean drains = plan.flushInterval() > 0 && plan.drains();
        AtomicLong next = new AtomicLong();
        Tickets tickets = new Tickets(plan, disk::flush);
        try (Workers workers = Workers.platform("job:bench")) {
            for (int i = 0; i < plan.depth(); i++) {
                workers.fork(() -> {
                    try (PooledBuffer pooled = BufferPool.shared().acquire(plan.length())) {
                        ByteBuffer buffer = pooled.buffer();
                        Bytes.fill(buffer, 0, buffer.limit(), plan.pattern());
                        if (drains) {
                            sendBetweenFlushes(tickets, buffer);
                        } else {
                            send(next, buffer, workers);
                        }
                    }
                });
            }
            workers.join();
        }
    }

    private void send(AtomicLong next, ByteBuffer buffer, Workers workers) throws BlockException {
        for (long n = next.getAndIncrement();
                n < plan.count() && !workers.isStopping();
                n = next.getAndIncrement()) {
            control.checkpoint();
            send(n, buffer);
            if (plan.flushesAfter(n)) {
                disk.flush();
            }
        }
    }

    private void sendBetweenFlushes(Tickets tickets, ByteBuffer buffer) throws BlockException {
        for (long n = tickets.take(); n >= 0; n = tickets.take()) {
            boolean succeeded = false;
            try {
                control.checkpoint();
                send(n, buffer);
                succeeded = true;
            } finally {
                tickets.ended(succeeded);
            }
        }
    }

    private void send(long number, ByteBuffer buffer) throws BlockException {
        long offset = plan.offsetOf(number, length);
        try {
            if (plan.writes()) {
                disk.write(offset, buffer, WriteFlags.NONE);
            } else {
                disk.read(offset, buffer);
            }
        } catch (BlockException e) {
            throw Failures.during("Failed request", e);
        }
    }
}
