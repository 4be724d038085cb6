package io.cairn.block.statistics;

/// What was seen of one kind of requests within an interval of time that ends now (QMP reference
/// manual, "BlockDeviceTimedStats"). All zero if there were none.
///
/// @param queueDepth the average number of requests under way
public record IntervalStatistics(
        long minNanos, long maxNanos, long averageNanos, double queueDepth) {}
