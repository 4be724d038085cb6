package io.cairn.block.statistics;

import java.util.Optional;

/// What was counted of one kind of requests (QMP reference manual, "BlockDeviceStats").
///
/// @param bytes the bytes of those that succeeded
/// @param operations those that succeeded
/// @param failed those that failed
/// @param invalid those that were refused as they came
/// @param merged those that became part of another one
/// @param totalNanos the time that they took together
/// @param histogram how long they took, if that was asked for
public record OperationStatistics(
        long bytes,
        long operations,
        long failed,
        long invalid,
        long merged,
        long totalNanos,
        Optional<LatencyHistogram> histogram) {}
