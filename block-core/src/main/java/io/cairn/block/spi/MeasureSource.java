package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;

import java.util.List;
import java.util.Optional;

/// A disk whose content would be copied into an image that is being measured.
public interface MeasureSource {
    /// The guest's bytes.
    long length();

    /// What the disk, its whole backing chain included, tells of a range.
    BlockStatus status(long offset, long length) throws BlockException;

    /// The image's persistent bitmaps; empty if its format keeps none.
    Optional<List<BitmapInfo>> persistentBitmaps() throws BlockException;
}
