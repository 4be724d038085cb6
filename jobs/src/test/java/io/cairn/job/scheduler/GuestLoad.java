package io.cairn.job.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/// A guest that reads and writes all over a disk from several threads, and knows what it must read.
public final class GuestLoad implements AutoCloseable {
    private static final int BLOCK = 4096;
    private static final int MAX_BLOCKS = 24;
    private static final int MAX_ATTEMPTS = 10;

    private final BlockBackend disk;
    private final byte[] model;
    private final ReentrantLock[] locks;
    private final Workers workers = Workers.virtual("guest");
    private final AtomicBoolean isStopping = new AtomicBoolean();
    private final Object progress = new Object();

    // Guarded by `progress`.
    private long requests;
    private boolean isBroken;

    /// Starts the guest's threads.
    public GuestLoad(BlockBackend disk, int threads, long seed) throws BlockException {
        this.disk = disk;
        this.model = content(disk);
        this.locks = new ReentrantLock[model.length / BLOCK];
        Arrays.setAll(locks, i -> new ReentrantLock());
        for (int i = 0; i < threads; i++) {
            Random random = new Random(seed * 31 + i);
            workers.fork(() -> {
                boolean isDone = false;
                try {
                    work(random);
                    isDone = true;
                } finally {
                    tell(0, !isDone);
                }
            });
        }
    }

    private void work(Random random) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_BLOCKS * BLOCK);
        while (!isStopping.get()) {
            int first = random.nextInt(locks.length);
            int count = Math.min(1 + random.nextInt(MAX_BLOCKS), locks.length - first);
            lock(first, count);
            try {
                request(random, first * BLOCK, buffer.duplicate().limit(count * BLOCK));
            } finally {
                unlock(first, count);
            }
            tell(1, false);
        }
    }

    private void request(Random random, int offset, ByteBuffer buffer) throws BlockException {
        int n = buffer.remaining();
        int kind = random.nextInt(8);
        if (kind < 3) {
            byte[] read = new byte[n];
            untilDone(() -> disk.read(offset, buffer));
            buffer.get(0, read);
            assertThat(Arrays.mismatch(read, 0, n, model, offset, offset + n)).isEqualTo(-1);
        } else if (kind == 3) {
            untilDone(() -> disk.writeZeroes(offset, n, WriteFlags.MAY_UNMAP));
            Arrays.fill(model, offset, offset + n, (byte) 0);
        } else {
            byte[] data = new byte[n];
            random.nextBytes(data);
            buffer.put(0, data);
            untilDone(() -> disk.write(offset, buffer, WriteFlags.NONE));
            System.arraycopy(data, 0, model, offset, n);
        }
    }

    /// Makes a request again if it fails, as guests do: what a failed write has left is not known.
    private static void untilDone(Moment request) throws BlockException {
        for (int attempt = 1; ; attempt++) {
            try {
                request.run();
                return;
            } catch (BlockException e) {
                boolean isInjected = e.errno() == Errno.EIO || e.errno() == Errno.ENOSPC;
                if (!isInjected || attempt == MAX_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private void lock(int first, int count) {
        for (int i = first; i < first + count; i++) {
            locks[i].lock();
        }
    }

    private void unlock(int first, int count) {
        for (int i = first; i < first + count; i++) {
            locks[i].unlock();
        }
    }

    /// Something that happens while no request of the guest is under way.
    @FunctionalInterface
    public interface Moment {
        void run() throws BlockException;
    }

    /// Does something between the guest's requests; returns what the disk holds at that moment.
    public byte[] at(Moment moment) throws BlockException {
        lock(0, locks.length);
        try {
            moment.run();
            return model.clone();
        } finally {
            unlock(0, locks.length);
        }
    }

    private void tell(int done, boolean hasFailed) {
        synchronized (progress) {
            requests += done;
            isBroken |= hasFailed;
            progress.notifyAll();
        }
    }

    /// Waits until so many more requests are done, or one has failed.
    public void await(long count) {
        synchronized (progress) {
            long until = requests + count;
            while (requests < until && !isBroken) {
                try {
                    progress.wait();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    /// Ends the guest's threads; returns what the disk must hold.
    public byte[] stop() throws BlockException {
        isStopping.set(true);
        workers.join();
        return model.clone();
    }

    /// All that a disk holds.
    public static byte[] content(BlockBackend disk) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) disk.length());
        disk.read(0, buffer);
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    @Override
    public void close() {
        isStopping.set(true);
        workers.close();
    }
}
