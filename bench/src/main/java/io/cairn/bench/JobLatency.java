package io.cairn.bench;

import io.cairn.block.Workers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// What a writer of one request of 4 KiB at a time, all over the disk, waits for through a node
/// that a job copies.
///
/// @param sortedNanos how long each write took
/// @param seconds how long the writer and the job were watched
/// @param jobBytes what the job copied meanwhile
@SuppressWarnings("ArrayRecordComponent") // a sum of measurements, which nobody compares
record JobLatency(long[] sortedNanos, double seconds, long jobBytes) {
    private static final long WINDOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int WARM_UP = 2000;
    private static final int MAX_WRITES = 1 << 20;

    /// Runs a job on open nodes under a writer until it is in step or over, a while at most.
    ///
    /// @param length the disk's
    static JobLatency measure(JobDaemon daemon, JobKind kind, String further, long length)
            throws IOException {
        daemon.export("source");
        Writer writer = new Writer(daemon.socket(), length);
        JobLatency result;
        try (Workers workers = Workers.platform("writer")) {
            workers.fork(writer::run);
            while (writer.count < WARM_UP && !writer.isOver) {
                LockSupport.parkNanos(POLL_NANOS);
            }
            int first = writer.count;
            long start = System.nanoTime();
            long end = start;
            long done = 0;
            daemon.begin(kind, further);
            for (long now = 0; now >= 0 && end - start < WINDOW_NANOS; now = daemon.done()) {
                done = now;
                LockSupport.parkNanos(POLL_NANOS);
                end = System.nanoTime();
            }
            int last = writer.count;
            writer.isOver = true;
            result = writer.result(first, last, end - start, done);
        }
        daemon.cancel();
        daemon.endExport();
        return result;
    }

    /// All measurements as one.
    static JobLatency all(List<JobLatency> some) {
        return new JobLatency(
                some.stream()
                        .flatMapToLong(one -> Arrays.stream(one.sortedNanos))
                        .sorted()
                        .toArray(),
                some.stream().mapToDouble(JobLatency::seconds).sum(),
                some.stream().mapToLong(JobLatency::jobBytes).sum());
    }

    /// The time in microseconds within which a share of the writes was done.
    double micros(double share) {
        int count = sortedNanos.length;
        return count == 0 ? Double.NaN : sortedNanos[(int) (count * share)] / 1e3;
    }

    /// Writes until it is told to stop.
    private static final class Writer {
        private final Path socket;
        private final long blocks;
        private final Random random = new Random(1);
        private final long[] nanos = new long[MAX_WRITES];

        /// Written by the thread that writes.
        private volatile int count;

        private volatile boolean isOver;

        Writer(Path socket, long length) {
            this.socket = socket;
            this.blocks = length / 4096;
        }

        void run() {
            try (NbdClient client = new NbdClient(socket, "source")) {
                while (!isOver && !isFull()) {
                    long block = random.nextLong(blocks);
                    long start = System.nanoTime();
                    client.write(block, start);
                    int next = count;
                    nanos[next] = System.nanoTime() - start;
                    count = next + 1;
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            } finally {
                isOver = true;
            }
        }

        boolean isFull() {
            return count >= MAX_WRITES;
        }

        JobLatency result(int first, int last, long elapsedNanos, long bytes) {
            long[] sorted = Arrays.copyOfRange(nanos, first, last);
            Arrays.sort(sorted);
            return new JobLatency(sorted, elapsedNanos / 1e9, bytes);
        }
    }
}
