package io.cairn.protocol.file;

/// Whether an image file is locked against other processes: the values of the option `locking`.
enum Locking {
    /// Where the filesystem can lock.
    AUTO,
    /// Always; opening fails where the filesystem cannot lock.
    ON,
    /// Never.
    OFF
}
