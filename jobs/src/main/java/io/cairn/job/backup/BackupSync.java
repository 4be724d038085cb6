package io.cairn.job.backup;

import java.util.Locale;

/// What a backup copies (QMP reference manual, "MirrorSyncMode").
public enum BackupSync {
    /// All that the source shows.
    FULL,
    /// What the source's topmost image holds.
    TOP,
    /// Only what guests overwrite, until the job is cancelled.
    NONE,
    /// What a bitmap says, which is cleared on success.
    INCREMENTAL,
    /// What a bitmap says.
    BITMAP;

    /// The name in the manual.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
