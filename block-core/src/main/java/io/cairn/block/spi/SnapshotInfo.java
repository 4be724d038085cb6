package io.cairn.block.spi;

/// An internal snapshot of an image (QMP reference manual, "SnapshotInfo").
///
/// @param id its unique number as text
/// @param name what the user calls it
/// @param vmStateSize bytes of machine state, 0 for a snapshot of the disk alone
/// @param dateSeconds when it was taken, in seconds since 1970
/// @param dateNanos the fraction of that second
/// @param vmClockNanos how long the machine had run
/// @param icount the number of instructions executed, or -1 if unknown
public record SnapshotInfo(
        String id,
        String name,
        long vmStateSize,
        long dateSeconds,
        int dateNanos,
        long vmClockNanos,
        long icount) {}
