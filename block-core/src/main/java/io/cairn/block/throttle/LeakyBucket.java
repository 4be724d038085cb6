package io.cairn.block.throttle;

/// A bucket that requests fill and time empties: the "leaky bucket as a meter" (QEMU's
/// documentation of throttling, "The Leaky Bucket algorithm").
///
/// A request may pass while the bucket is not over-full, so that it never holds more than its
/// capacity and the one request that filled it. Where a burst may last longer than a second a
/// second bucket holds its rate. Guarded by the group's lock; times are nanoseconds.
final class LeakyBucket {
    private static final double NANOS = 1e9;

    /// The longest wait that is told; who has waited so long asks again.
    private static final double LONGEST_NANOS = Long.MAX_VALUE / 4.0;

    private final LimitKind kind;
    private Limit limit = Limit.NONE;
    private double level;
    private double burstLevel;
    private long since;

    LeakyBucket(LimitKind kind) {
        this.kind = kind;
    }

    LimitKind kind() {
        return kind;
    }

    /// Takes another limit. What has been used stays used, up to a full bucket, so that a change
    /// neither opens a new burst nor leaves a debt from better times.
    void configure(Limit changed, long now) {
        leak(now);
        limit = changed;
        level = Math.min(level, changed.capacity());
        burstLevel = changed.limitsBurstRate() ? Math.min(burstLevel, changed.burstCapacity()) : 0;
    }

    /// Nanoseconds until a request may pass; 0 for now.
    long waitNanos(long now) {
        if (!limit.isSet()) {
            return 0;
        }
        leak(now);
        double wait = (level - limit.capacity()) / limit.average();
        if (limit.limitsBurstRate()) {
            wait = Math.max(wait, (burstLevel - limit.burstCapacity()) / limit.max());
        }
        return wait <= 0 ? 0 : (long) Math.min(LONGEST_NANOS, Math.ceil(wait * NANOS));
    }

    /// Adds what a request takes.
    void add(double units, long now) {
        if (limit.isSet()) {
            leak(now);
            level += units;
            if (limit.limitsBurstRate()) {
                burstLevel += units;
            }
        }
    }

    private void leak(long now) {
        double seconds = (now - since) / NANOS;
        since = now;
        level = Math.max(0, level - seconds * limit.average());
        burstLevel = Math.max(0, burstLevel - seconds * limit.max());
    }
}
