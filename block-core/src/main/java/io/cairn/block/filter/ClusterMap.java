package io.cairn.block.filter;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Where a point in time lies: each cluster of the disk is kept or not, and what is kept is still
/// in the disk, being copied, or in the target.
///
/// Thread-safe. A reader of what is still in the disk holds a {@link Span}, for which a writer of
/// the same clusters waits.
final class ClusterMap {
    /// The smallest cluster.
    static final long MIN_CLUSTER_SIZE = 64 << 10;

    /// The most clusters that are copied at once.
    private static final int MAX_RUN = 16;

    /// Some bytes of the disk.
    ///
    /// @param isCopied they are to be read from the target
    record Span(long offset, long length, boolean isCopied) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long length;
    private final long clusterSize;

    /// Clusters that a reader may ask for.
    @GuardedBy("lock")
    private final BitSet kept = new BitSet();

    /// Clusters that must be copied before they are written.
    @GuardedBy("lock")
    private final BitSet missing = new BitSet();

    /// Clusters that are being copied.
    @GuardedBy("lock")
    private final BitSet busy = new BitSet();

    /// Clusters that a guest has written to.
    @GuardedBy("lock")
    private final BitSet overwritten = new BitSet();

    @GuardedBy("lock")
    private final List<Span> readers = new ArrayList<>();

    @GuardedBy("lock")
    private boolean isBroken;

    /// @param length the disk's length at the point in time
    /// @throws BlockException with `EFBIG` if the disk has more clusters than can be counted
    ClusterMap(long length, long clusterSize) throws BlockException {
        if ((length - 1) / clusterSize >= Integer.MAX_VALUE) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
        this.length = length;
        this.clusterSize = clusterSize;
    }

    long clusterSize() {
        return clusterSize;
    }

    private int first(long offset) {
        return (int) Math.min(Integer.MAX_VALUE, offset / clusterSize);
    }

    private int end(long offset, long count) {
        return (int) ((Math.min(length, offset + count) + clusterSize - 1) / clusterSize);
    }

    private Span span(int from, int to, boolean isCopied) {
        long offset = from * clusterSize;
        return new Span(offset, Math.min(length, to * clusterSize) - offset, isCopied);
    }

    /// Counts the clusters that a range touches to the point in time.
    void keep(long offset, long count) {
        lock.lock();
        try {
            if (offset < length && count > 0) {
                kept.set(first(offset), end(offset, count));
                missing.set(first(offset), end(offset, count));
            }
        } finally {
            lock.unlock();
        }
    }

    /// Counts all clusters to the point in time, none of them copied or overwritten. Called while
    /// nothing is copied.
    void restart() {
        lock.lock();
        try {
            keep(0, length);
            overwritten.clear();
        } finally {
            lock.unlock();
        }
    }

    /// The first byte at or after an offset that must still be copied, or -1.
    long nextMissing(long offset) {
        lock.lock();
        try {
            int cluster = offset >= length ? -1 : missing.nextSetBit(first(offset));
            return cluster < 0 ? -1 : Math.max(offset, cluster * clusterSize);
        } finally {
            lock.unlock();
        }
    }

    /// The bytes of the point in time that are not in the target yet.
    long uncopied() {
        lock.lock();
        try {
            return bytes(missing) + bytes(busy);
        } finally {
            lock.unlock();
        }
    }

    /// The bytes of the clusters that nobody has begun to copy yet.
    long missing() {
        lock.lock();
        try {
            return missing.cardinality() * clusterSize;
        } finally {
            lock.unlock();
        }
    }

    /// The bytes of all clusters.
    long all() {
        return end(0, length) * clusterSize;
    }

    /// The bytes of the clusters that a reader may ask for.
    long readable() {
        lock.lock();
        try {
            return isBroken ? 0 : kept.cardinality() * clusterSize;
        } finally {
            lock.unlock();
        }
    }

    /// Notes that a guest writes to a range, which was copied as far as it had to be.
    void overwrite(long offset, long count) {
        lock.lock();
        try {
            if (offset < length) {
                overwritten.set(first(offset), end(offset, count));
            }
        } finally {
            lock.unlock();
        }
    }

    /// The bytes of the clusters that guests have written to.
    long overwritten() {
        lock.lock();
        try {
            return overwritten.cardinality() * clusterSize;
        } finally {
            lock.unlock();
        }
    }

    private long bytes(BitSet clusters) {
        long whole = clusters.cardinality() * clusterSize;
        long last = clusters.length() * clusterSize;
        return whole - Math.max(0, last - length);
    }

    // ---- writers

    /// Takes the next clusters that must be copied before a range is written, after waiting for
    /// those that others are copying. Null if there are none.
    ///
    /// @param deadlineNanos when to give up by {@link System#nanoTime}, 0 for never
    /// @throws BlockException with `ETIMEDOUT` if others took too long
    @Nullable Span takeMissing(long offset, long count, long deadlineNanos) throws BlockException {
        if (offset >= length) {
            return null;
        }
        int first = first(offset);
        int end = end(offset, count);
        lock.lock();
        try {
            awaitCopiesOfOthers(first, end, deadlineNanos);
            int from = missing.nextSetBit(first);
            if (isBroken || from < 0 || from >= end) {
                return null;
            }
            int stop = Math.min(Math.min(end, from + MAX_RUN), missing.nextClearBit(from));
            missing.clear(from, stop);
            busy.set(from, stop);
            return span(from, stop, false);
        } finally {
            lock.unlock();
        }
    }

    /// Waits while all that is to be done in a range is being done by others.
    @GuardedBy("lock")
    private void awaitCopiesOfOthers(int first, int end, long deadlineNanos) throws BlockException {
        while (!isBroken && !hasAny(missing, first, end) && hasAny(busy, first, end)) {
            if (deadlineNanos == 0) {
                changed.awaitUninterruptibly();
            } else if (!Workers.awaitUntil(changed, deadlineNanos)) {
                throw new BlockException(Errno.ETIMEDOUT, Errno.ETIMEDOUT.text());
            }
        }
    }

    private static boolean hasAny(BitSet set, int first, int end) {
        int found = set.nextSetBit(first);
        return found >= 0 && found < end;
    }

    /// Ends what {@link #takeMissing} began.
    ///
    /// @param doneEnd where the copy has come to; clusters that it has not done are missing again
    void copied(Span span, long doneEnd) {
        lock.lock();
        try {
            int from = first(span.offset());
            int to = end(span.offset(), span.length());
            busy.clear(from, to);
            int undone = doneEnd >= span.offset() + span.length() ? to : first(doneEnd);
            for (int i = kept.nextSetBit(undone); i >= 0 && i < to; ) {
                missing.set(i);
                i = kept.nextSetBit(i + 1);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until nothing of a range is being read from the disk.
    void awaitReaders(long offset, long count) {
        lock.lock();
        try {
            while (hasReader(offset, offset + count)) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean hasReader(long offset, long end) {
        for (Span reader : readers) {
            if (reader.offset() < end && offset < reader.offset() + reader.length()) {
                return true;
            }
        }
        return false;
    }

    /// Gives the point in time up: nothing is copied any more, and nothing can be read.
    void breakUp() {
        lock.lock();
        try {
            isBroken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    // ---- readers

    /// Where the start of a range is to be read. Ended by {@link #endRead}.
    ///
    /// @throws BlockException with `EACCES` if it is not kept
    Span beginRead(long offset, long count) throws BlockException {
        lock.lock();
        try {
            int from = first(offset);
            if (isBroken || !kept.get(from)) {
                throw new BlockException(Errno.EACCES, Errno.EACCES.text());
            }
            boolean isCopied = isCopied(from);
            int to = from + 1;
            while (to < end(offset, count) && kept.get(to) && isCopied(to) == isCopied) {
                to++;
            }
            long stop = Math.min(offset + count, to * clusterSize);
            Span span = new Span(offset, stop - offset, isCopied);
            if (!isCopied) {
                readers.add(span);
            }
            return span;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private boolean isCopied(int cluster) {
        return !missing.get(cluster) && !busy.get(cluster);
    }

    /// Ends what {@link #beginRead} began.
    void endRead(Span span) {
        lock.lock();
        try {
            if (!span.isCopied()) {
                readers.remove(span);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Lets the whole clusters of a range go. Null if there are none.
    @Nullable Span forget(long offset, long count) {
        lock.lock();
        try {
            int from = (int) Math.min(Integer.MAX_VALUE, (offset + clusterSize - 1) / clusterSize);
            int to = offset + count >= length ? end(offset, count) : first(offset + count);
            if (from >= to) {
                return null;
            }
            kept.clear(from, to);
            missing.clear(from, to);
            return span(from, to, true);
        } finally {
            lock.unlock();
        }
    }
}
