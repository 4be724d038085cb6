package io.cairn.block.spi;

/// The host bytes that an image needs.
///
/// @param required with only the allocated guest data written
/// @param fullyAllocated with every guest byte written
/// @param bitmaps for copying the source's persistent bitmaps as well, or -1 if the question does
///   not arise
public record Measure(long required, long fullyAllocated, long bitmaps) {}
