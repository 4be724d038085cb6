package io.cairn.block.spi;

import io.cairn.block.BlockException;

/// What shows through where a format has nothing of its own: the node's backing child, whichever
/// that is at the time, and zeroes behind its end or without one.
public interface BackingView {
    /// The view of an image that stands alone.
    BackingView NONE =
            new BackingView() {
                @Override
                public boolean isPresent() {
                    return false;
                }

                @Override
                public boolean readsAsZero(long offset, long length) {
                    return true;
                }
            };

    /// True if there is a backing child.
    boolean isPresent();

    /// True if a range is known to show zeroes, without reading it.
    boolean readsAsZero(long offset, long length) throws BlockException;
}
