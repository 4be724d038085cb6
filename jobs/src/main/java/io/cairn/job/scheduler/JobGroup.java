package io.cairn.job.scheduler;

import java.util.ArrayList;
import java.util.List;

/// Jobs that end together: none is completed before all can be, and one that fails or is cancelled
/// takes the others with it (QMP reference manual, "completion-mode: grouped").
///
/// Guarded by the scheduler's lock.
public final class JobGroup {
    private final List<Job> jobs = new ArrayList<>();
    private boolean isAborting;
    private boolean isFinalizing;

    /// The jobs, newest first.
    List<Job> newestFirst() {
        return List.copyOf(jobs.reversed());
    }

    void add(Job job) {
        jobs.add(job);
    }

    void remove(Job job) {
        jobs.remove(job);
    }

    /// True for the first caller only.
    boolean beginAbort() {
        boolean isFirst = !isAborting;
        isAborting = true;
        return isFirst;
    }

    boolean isAborting() {
        return isAborting;
    }

    /// True for the first caller only.
    boolean beginFinalize() {
        boolean isFirst = !isFinalizing && !isAborting;
        isFinalizing |= isFirst;
        return isFirst;
    }

    boolean isFinalizing() {
        return isFinalizing;
    }
}
