package io.cairn.job.compare;

import org.jspecify.annotations.Nullable;

/// A part of the images that has to be read.
///
/// @param first the image to read, null where the first reads as zeroes
/// @param second the image to read, null where the second reads as zeroes; one of them is there
record Piece(
        long offset, int length, @Nullable CompareImage first, @Nullable CompareImage second) {}
