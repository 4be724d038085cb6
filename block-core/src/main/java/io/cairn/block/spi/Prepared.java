package io.cairn.block.spi;

/// A change that a driver has prepared and that one of two calls ends. Neither fails.
public interface Prepared {
    /// A change that is none.
    Prepared NOTHING =
            new Prepared() {
                @Override
                public void commit() {}

                @Override
                public void abort() {}
            };

    /// Makes the change.
    void commit();

    /// Leaves everything as it was.
    void abort();
}
