package io.cairn.job.scheduler;

import java.util.Locale;

/// Where a job stands (QMP reference manual, "JobStatus").
public enum JobState {
    /// Made, not started.
    CREATED,
    RUNNING,
    /// Paused while running.
    PAUSED,
    /// Runs on until it is completed or cancelled.
    READY,
    /// Paused while ready.
    STANDBY,
    /// Done; others of its group are not.
    WAITING,
    /// Done, with the whole group; to be finalized.
    PENDING,
    /// Has failed or was cancelled, and cleans up.
    ABORTING,
    /// Over; stays listed until it is dismissed.
    CONCLUDED,
    /// Gone.
    NULL;

    /// The state's name in the manual.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
