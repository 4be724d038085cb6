package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.util.Optional;

/// A terminal whose one end is this process, and whose other end anybody opens by its name (Linux
/// manual, pty(7)). It passes bytes as they are, with no editing and no echo, until a peer wants
/// otherwise.
///
/// For platform threads: a wait blocks in the kernel.
public interface PseudoTerminal extends AutoCloseable {
    /// Makes a terminal.
    ///
    /// @throws BlockException with `ENOTSUP` where the host has none that we know
    static PseudoTerminal open() throws BlockException {
        return Host.current().openTerminal();
    }

    /// The file that stands for the other end.
    String name();

    /// Waits until somebody has the other end open. The stream ends when nobody has it open any
    /// more; closing it leaves the terminal open for the next. Called by one thread, when the
    /// stream before has been closed.
    ///
    /// @return empty once the terminal is closed
    Optional<ByteStream> awaitPeer() throws BlockException;

    /// Takes the terminal away; whoever waits for it is woken. May be called by any thread.
    @Override
    void close();
}
