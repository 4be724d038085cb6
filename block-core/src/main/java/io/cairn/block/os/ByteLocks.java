package io.cairn.block.os;

import io.cairn.block.BlockException;

/// Advisory locks on byte ranges of an open file, shared between processes.
///
/// On Linux they belong to the open file description (`F_OFD_SETLK`): two opens of one file exclude
/// each other within a process too. The portable layer locks the same bytes for the whole process.
public interface ByteLocks {
    /// Takes a shared lock without waiting.
    ///
    /// @return whether it was taken; `false` when another holder has an exclusive lock there
    boolean tryLockShared(long offset, long length) throws BlockException;

    /// Gives up what is held in the range; no error when nothing is.
    void unlock(long offset, long length) throws BlockException;

    /// Whether another holder has any lock in the range, so that an exclusive one could not be had.
    boolean isHeldElsewhere(long offset, long length) throws BlockException;
}
