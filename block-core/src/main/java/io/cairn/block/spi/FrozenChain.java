package io.cairn.block.spi;

/// Links of a chain that nobody may change until it is closed. Close it once only.
public interface FrozenChain extends AutoCloseable {
    /// Holds nothing.
    FrozenChain NONE = () -> {};

    @Override
    void close();
}
