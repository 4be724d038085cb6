package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.nio.ByteBuffer;

/// A file that this process serves to all others: the kernel hands every call on it to this process
/// as a message, and waits for the answer (Linux manual, fuse(4)).
///
/// One platform thread at a time waits for messages and takes them; any number may answer at once.
public interface FuseDevice extends AutoCloseable {
    /// A wait that only a message ends, or that nothing will come.
    long FOREVER = -1;

    /// What a wait has ended with.
    enum Event {
        /// A message can be received.
        MESSAGE,

        /// Nothing has come in time.
        TIMEOUT,

        /// Nothing will come: the file was unmounted, or the device closed.
        OVER
    }

    /// Mounts a file over a file, for this process to serve. The kernel checks permissions by the
    /// attributes that it is told.
    ///
    /// @param mountpoint a regular file
    /// @param allowOther whether others than the user of this process may use it
    /// @param maxRead the most bytes that a message asks for
    /// @throws BlockException with a {@linkplain BlockException#detail() detail} that says what
    ///   failed; with `ENOTSUP` where the host has nothing of the kind
    static FuseDevice mount(String mountpoint, boolean allowOther, int maxRead)
            throws BlockException {
        return Host.current().mountFuse(mountpoint, allowOther, maxRead);
    }

    /// The user of this process.
    int user();

    /// The group of this process.
    int group();

    /// Waits for a message.
    ///
    /// @param timeoutMillis at most 2^31, or {@link #FOREVER}
    Event await(long timeoutMillis) throws BlockException;

    /// Takes a message, without waiting for one.
    ///
    /// @param dst direct; filled from its position, which does not move
    /// @return its bytes; 0 if there is none, or it was too long, which fails it
    int receive(ByteBuffer dst) throws BlockException;

    /// Sends an answer; one that nobody waits for any more is dropped.
    ///
    /// @param src direct; taken from its position to its limit, without moving it
    void send(ByteBuffer src) throws BlockException;

    /// Takes the file away from its name, unless somebody else has done so. Who has it open keeps
    /// it, and messages still come.
    void unmount() throws BlockException;

    /// Lets nobody wait for messages any more; what has been taken can still be answered.
    void stop();

    /// Lets the kernel answer by itself. Whoever still waits for an answer, or has the file open,
    /// gets errors from now on. Does not unmount.
    @Override
    void close();
}
