package io.cairn.block.spi;

/// Keeps the host clusters of the mappings that a driver gave out from being reused until it is
/// closed.
public interface Pin extends AutoCloseable {
    /// The pin of a driver whose mappings never move.
    Pin NONE = () -> {};

    @Override
    void close();
}
