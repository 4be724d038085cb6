package io.cairn.job.mirror;

/// What a mirror copies at first (QMP reference manual, "MirrorSyncMode").
public enum MirrorSync {
    /// All that the source shows.
    FULL,
    /// What the source's topmost image holds.
    TOP,
    /// Nothing; only what is written from now on.
    NONE
}
