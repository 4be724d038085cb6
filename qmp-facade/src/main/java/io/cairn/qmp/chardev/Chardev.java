package io.cairn.qmp.chardev;

import io.cairn.block.BlockException;

/// A character device (QMP reference manual, "Character devices").
public interface Chardev extends AutoCloseable {
    /// What it is connected to, as `query-chardev` shows it.
    String filename();

    /// True for the process's standard streams, whose other end is there from the start.
    default boolean isStandardStream() {
        return false;
    }

    /// Lets somebody speak over it, from now on and until it is closed. Called once.
    void attach(FrontEnd frontEnd) throws BlockException;

    @Override
    void close();
}
