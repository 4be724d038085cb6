package io.cairn.block.throttle;

import java.util.ArrayList;
import java.util.List;

/// The buckets of a group, one for each kind of limit. Guarded by the group's lock.
final class Buckets {
    private final List<LeakyBucket> all = new ArrayList<>();
    private final List<LeakyBucket> ofReads;
    private final List<LeakyBucket> ofWrites;
    private long iopsSize;

    Buckets() {
        for (LimitKind kind : LimitKind.values()) {
            all.add(new LeakyBucket(kind));
        }
        ofReads = covering(Direction.READ);
        ofWrites = covering(Direction.WRITE);
    }

    private List<LeakyBucket> covering(Direction direction) {
        List<LeakyBucket> covering = new ArrayList<>();
        for (LeakyBucket bucket : all) {
            if (bucket.kind().covers(direction)) {
                covering.add(bucket);
            }
        }
        return covering;
    }

    private List<LeakyBucket> of(Direction direction) {
        return direction == Direction.READ ? ofReads : ofWrites;
    }

    void configure(ThrottleLimits limits, long now) {
        for (LeakyBucket bucket : all) {
            bucket.configure(limits.get(bucket.kind()), now);
        }
        iopsSize = limits.iopsSize();
    }

    /// Nanoseconds until a request may pass; 0 for now.
    long waitNanos(Direction direction, long now) {
        long wait = 0;
        for (LeakyBucket bucket : of(direction)) {
            wait = Math.max(wait, bucket.waitNanos(now));
        }
        return wait;
    }

    /// Counts a request that passes.
    void add(Direction direction, long bytes, long now) {
        double operations = iopsSize > 0 && bytes > iopsSize ? (double) bytes / iopsSize : 1;
        for (LeakyBucket bucket : of(direction)) {
            bucket.add(bucket.kind().countsBytes() ? bytes : operations, now);
        }
    }
}
