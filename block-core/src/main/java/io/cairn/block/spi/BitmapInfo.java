package io.cairn.block.spi;

/// A persistent bitmap of an image (QMP reference manual, "Qcow2BitmapInfo").
///
/// @param name unique in the image
/// @param granularity the guest bytes that a bit stands for
/// @param inUse it was not stored cleanly, so that what it says is not to be relied on
/// @param automatic it records writes whenever the image is open
public record BitmapInfo(String name, long granularity, boolean inUse, boolean automatic) {}
