package io.cairn.job.scheduler;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import java.util.TreeMap;

/// How far a disk is done from its start on, while its parts get done in any order.
final class InOrder {
    @GuardedBy("this")
    private long end;

    /// The parts behind the end that are done, by their offsets: where each ends.
    @GuardedBy("this")
    private final TreeMap<Long, Long> ahead = new TreeMap<>();

    /// Takes note of a part that is done; each part of the disk is to be named once.
    ///
    /// @return the number of bytes by which the end has moved
    synchronized long done(long offset, long length) {
        long before = end;
        ahead.put(offset, offset + length);
        for (Long next = ahead.remove(end); next != null; next = ahead.remove(end)) {
            end = next;
        }
        return end - before;
    }
}
