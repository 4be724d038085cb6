package io.cairn.block.spi;

/// Counts what a driver does beside the requests of its node's parents, so that drain and close
/// wait for it. Each `begin` is followed by exactly one `end`, on any thread.
public interface Background {
    /// Something begins. Called only while a request of the node, or other background work, is in
    /// flight.
    void begin();

    /// It has ended.
    void end();
}
