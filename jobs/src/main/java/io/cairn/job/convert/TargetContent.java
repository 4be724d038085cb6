package io.cairn.job.convert;

/// What a target reads as before anything is written to it.
public enum TargetContent {
    /// Anything: every byte is to be written.
    UNKNOWN,
    /// Zeroes: they need not be written.
    ZEROES,
    /// What its backing file holds: what the source's own backing files hold need not be written.
    BACKING
}
