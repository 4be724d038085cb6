package io.cairn.block.os;

/// A stretch of a file that the filesystem holds data for, or a hole that reads as zeroes.
///
/// @param isData whether there may be data; a hole is certain, data is not
/// @param length bytes from the offset that was asked for
public record FileExtent(boolean isData, long length) {}
