package io.cairn.block.os;

import io.cairn.block.BlockException;

/// How requests on a file wait for the kernel: the values of the option `aio`.
///
/// All of them answer in place what the page cache holds, and use a ring for the requests of
/// virtual threads where the host has one; they differ in what they demand.
public enum Aio {
    /// Whatever the host has.
    THREADS,
    /// Whatever the host has; for files opened with `O_DIRECT`.
    NATIVE,
    /// A ring, or an error.
    IO_URING;

    /// Fails where the host does not have this way of waiting; the message is complete.
    public void demand() throws BlockException {
        if (this == IO_URING) {
            Host.current().demandRing();
        }
    }
}
