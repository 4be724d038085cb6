package io.cairn.job.backup;

/// What becomes of the bitmap of a backup (QMP reference manual, "BitmapSyncMode").
public enum BitmapMode {
    /// What was copied is dirty no more if the backup succeeds.
    ON_SUCCESS,
    /// The bitmap goes on as if there had been no backup.
    NEVER,
    /// What was copied is dirty no more, whether the backup succeeds or not.
    ALWAYS
}
