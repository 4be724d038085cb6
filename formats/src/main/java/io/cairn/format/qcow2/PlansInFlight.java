package io.cairn.format.qcow2;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.locks.Condition;

/// Runs of guest clusters whose mapping someone is about to change. Used with the image's metadata
/// lock held, on which its condition waits.
final class PlansInFlight {
    /// A run that a plan holds.
    static final class Run {
        private final long first;
        private final long end;
        private @Nullable Run next;
        private @Nullable Run previous;

        private Run(long first, long end) {
            this.first = first;
            this.end = end;
        }
    }

    private final Condition changed;
    private @Nullable Run newest;

    /// @param changed a condition of the metadata lock
    PlansInFlight(Condition changed) {
        this.changed = changed;
    }

    /// Holds a run that {@link #freeClusters} has found free.
    Run hold(long first, long count) {
        Run run = new Run(first, first + count);
        run.next = newest;
        if (newest != null) {
            newest.previous = run;
        }
        newest = run;
        return run;
    }

    /// Lets a run go.
    void release(Run run) {
        if (run.previous == null) {
            newest = run.next;
        } else {
            run.previous.next = run.next;
        }
        if (run.next != null) {
            run.next.previous = run.previous;
        }
        changed.signalAll();
    }

    /// How many clusters from the first on nobody holds, up to a count.
    long freeClusters(long first, long count) {
        long free = count;
        for (Run run = newest; run != null; run = run.next) {
            if (run.first < first + free && first < run.end) {
                free = Math.max(0, run.first - first);
            }
        }
        return free;
    }

    /// Waits until nobody holds the first cluster. Others have the lock meanwhile.
    ///
    /// @return true if that took a wait, after which nothing looked up before is certain
    boolean awaitFree(long cluster) {
        boolean waited = false;
        while (freeClusters(cluster, 1) == 0) {
            changed.awaitUninterruptibly();
            waited = true;
        }
        return waited;
    }

    /// Waits until nobody holds any cluster.
    void awaitNone() {
        while (newest != null) {
            changed.awaitUninterruptibly();
        }
    }
}
