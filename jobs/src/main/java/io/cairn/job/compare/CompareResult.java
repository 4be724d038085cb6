package io.cairn.job.compare;

import io.cairn.block.BlockException;

/// How a comparison ended.
public sealed interface CompareResult {
    /// Both images read alike; what one has beyond the other's end is zero.
    record Identical() implements CompareResult {}

    /// The lengths differ, and that was asked to count.
    record SizeMismatch() implements CompareResult {}

    /// What the images know of a range without reading it differs, and that was asked to count.
    record StatusMismatch(long offset) implements CompareResult {}

    /// The sector at the offset is the first to differ.
    record ContentMismatch(long offset) implements CompareResult {}

    /// An image could not be read.
    ///
    /// @param failure says which and where
    record Unreadable(BlockException failure) implements CompareResult {}

    /// It could not be found out what an image knows of a range.
    ///
    /// @param failure says of which
    record StatusUnknown(BlockException failure) implements CompareResult {}
}
