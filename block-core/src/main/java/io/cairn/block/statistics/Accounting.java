package io.cairn.block.statistics;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/// Counts and times the requests of a device or a node (QMP reference manual, "BlockDeviceStats").
///
/// Thread-safe; what many threads count does not make them wait for each other, but for the timed
/// intervals where there are any.
public final class Accounting {
    /// The bounds of what is counted where.
    ///
    /// @param invalid whether a request that was refused as it came is an access
    /// @param failed whether a request that failed is an access, and counts for the latencies
    /// @param intervalSeconds the lengths of the timed intervals, each at least 1
    public record Settings(boolean invalid, boolean failed, List<Integer> intervalSeconds) {
        /// What a device has that asks for nothing else.
        public static final Settings DEFAULT = new Settings(true, true, List.of());

        /// Refuses an interval that is none.
        public Settings {
            intervalSeconds = List.copyOf(intervalSeconds);
            for (int seconds : intervalSeconds) {
                if (seconds < 1) {
                    throw new IllegalArgumentException("interval of " + seconds + " seconds");
                }
            }
        }
    }

    /// A request to be counted.
    @FunctionalInterface
    public interface Request {
        /// Makes the request.
        void run() throws BlockException;
    }

    /// What is counted of one kind of requests.
    private static final class Counters {
        final LongAdder bytes = new LongAdder();
        final LongAdder operations = new LongAdder();
        final LongAdder failed = new LongAdder();
        final LongAdder invalid = new LongAdder();
        final LongAdder merged = new LongAdder();
        final LongAdder nanos = new LongAdder();
        final Map<Integer, TimedInterval> intervals = new LinkedHashMap<>();
        volatile @Nullable LatencyHistogram histogram;
    }

    private static final long NANOS = 1_000_000_000L;

    /// Requests take the time that they take.
    private static final long MEASURED = -1;

    /// No access yet.
    private static final long NEVER = Long.MIN_VALUE;

    private final Settings settings;
    private final LongSupplier nanoTime;
    private final long latency;
    private final Map<OperationKind, Counters> counters = new EnumMap<>(OperationKind.class);
    private volatile long lastAccess = NEVER;

    /// Counts by the computer's own clock.
    public Accounting(Settings settings) {
        this(settings, System::nanoTime);
    }

    /// @param nanoTime nanoseconds from a fixed but arbitrary moment
    public Accounting(Settings settings, LongSupplier nanoTime) {
        this(settings, nanoTime, MEASURED);
    }

    /// @param nanoTime nanoseconds from a fixed but arbitrary moment
    /// @param latency the nanoseconds that every request takes
    public Accounting(Settings settings, LongSupplier nanoTime, long latency) {
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.latency = latency;
        long now = nanoTime.getAsLong();
        for (OperationKind kind : OperationKind.values()) {
            Counters of = new Counters();
            for (int seconds : settings.intervalSeconds()) {
                of.intervals.put(seconds, new TimedInterval(seconds * NANOS, now));
            }
            counters.put(kind, of);
        }
    }

    /// What is counted where.
    public Settings settings() {
        return settings;
    }

    // ---- counting

    /// Makes a request and counts it.
    public void account(OperationKind kind, long bytes, Request request) throws BlockException {
        long started = begin();
        try {
            request.run();
        } catch (BlockException | RuntimeException e) {
            failed(kind, started);
            throw e;
        }
        done(kind, bytes, started);
    }

    /// The moment at which a request begins, for {@link #done} and {@link #failed}.
    public long begin() {
        return nanoTime.getAsLong();
    }

    /// A request has succeeded.
    public void done(OperationKind kind, long bytes, long started) {
        Counters of = of(kind);
        of.operations.increment();
        of.bytes.add(bytes);
        timed(of, started);
    }

    /// A request has failed.
    public void failed(OperationKind kind, long started) {
        Counters of = of(kind);
        of.failed.increment();
        if (settings.failed()) {
            timed(of, started);
        }
    }

    /// A request was refused as it came.
    public void invalid(OperationKind kind) {
        of(kind).invalid.increment();
        if (settings.invalid()) {
            lastAccess = nanoTime.getAsLong();
        }
    }

    /// Requests have become part of others.
    public void merged(OperationKind kind, int count) {
        of(kind).merged.add(count);
    }

    private void timed(Counters of, long started) {
        long now = nanoTime.getAsLong();
        long nanos = latency == MEASURED ? now - started : latency;
        of.nanos.add(nanos);
        lastAccess = now;
        for (TimedInterval interval : of.intervals.values()) {
            interval.add(nanos, now);
        }
        LatencyHistogram histogram = of.histogram;
        if (histogram != null) {
            histogram.add(nanos);
        }
    }

    private Counters of(OperationKind kind) {
        Counters of = counters.get(kind);
        if (of == null) {
            throw new AssertionError(kind);
        }
        return of;
    }

    // ---- histograms

    /// Begins new histograms, as `block-latency-histogram-set` does: with boundaries for all, every
    /// kind gets one, by boundaries of its own if it has such; without, those kinds that have their
    /// own; with neither, all histograms go.
    ///
    /// @throws InvalidOptionException if boundaries are not positive and ascending; nothing then
    ///   changes
    public void setHistograms(@Nullable List<Long> boundaries, Map<OperationKind, List<Long>> own)
            throws InvalidOptionException {
        Map<OperationKind, LatencyHistogram> fresh = new EnumMap<>(OperationKind.class);
        for (OperationKind kind : OperationKind.values()) {
            List<Long> wanted = own.get(kind);
            if (wanted == null) {
                wanted = boundaries;
            }
            if (wanted != null) {
                fresh.put(kind, new LatencyHistogram(wanted));
            }
        }
        for (OperationKind kind : OperationKind.values()) {
            if (fresh.isEmpty() || fresh.containsKey(kind)) {
                of(kind).histogram = fresh.get(kind);
            }
        }
    }

    // ---- reading

    /// What was counted of a kind so far.
    public OperationStatistics statistics(OperationKind kind) {
        Counters of = of(kind);
        return new OperationStatistics(
                of.bytes.sum(),
                of.operations.sum(),
                of.failed.sum(),
                of.invalid.sum(),
                of.merged.sum(),
                of.nanos.sum(),
                Optional.ofNullable(of.histogram));
    }

    /// What was seen of a kind within the last seconds.
    ///
    /// @param seconds one of the lengths in the settings
    public IntervalStatistics interval(OperationKind kind, int seconds) {
        TimedInterval interval = of(kind).intervals.get(seconds);
        if (interval == null) {
            throw new IllegalArgumentException("no interval of " + seconds + " seconds");
        }
        return interval.statistics(nanoTime.getAsLong());
    }

    /// Nanoseconds since the last access; empty if there was none.
    public OptionalLong idleNanos() {
        long last = lastAccess;
        return last == NEVER ? OptionalLong.empty() : OptionalLong.of(nanoTime.getAsLong() - last);
    }
}
