package io.cairn.block.os;

import io.cairn.block.BlockException;

/// One user's advisory locks on single bytes of a file, shared between processes.
///
/// On Linux they belong to an open file description of their own (`F_OFD_SETLK`), so that two users
/// exclude each other within a process too. The portable layer locks the same bytes for the whole
/// process, and tells its own users apart itself.
public interface ByteLocks extends AutoCloseable {
    /// Takes a shared lock without waiting.
    ///
    /// @return whether it was taken; `false` when another user has an exclusive lock there
    boolean tryLockShared(long offset) throws BlockException;

    /// Gives a lock up; no error when it is not held.
    void unlock(long offset) throws BlockException;

    /// Whether another user has a lock on the byte, so that an exclusive one could not be had.
    boolean isHeldElsewhere(long offset) throws BlockException;

    /// Gives all locks up.
    @Override
    void close();
}
