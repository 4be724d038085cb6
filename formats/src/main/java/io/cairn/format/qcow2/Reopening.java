package io.cairn.format.qcow2;

import io.cairn.block.NodeFlags;
import io.cairn.block.spi.Prepared;

/// New options and flags of an open image, checked and ready.
///
/// @param caches the sizes that follow from the options
record Reopening(Qcow2Image image, RuntimeOptions options, NodeFlags flags, CacheSizes caches)
        implements Prepared {
    @Override
    public void commit() {
        image.apply(this);
    }

    @Override
    public void abort() {}
}
