package io.cairn.block.os;

/// How requests on a file wait for the kernel: the values of the option `aio`.
public enum Aio {
    /// In place where the page cache answers, else on a bounded pool of platform threads.
    THREADS,
    /// Asynchronous submission to the kernel, for files opened with `O_DIRECT`.
    NATIVE,
    /// A ring shared with the kernel.
    IO_URING
}
