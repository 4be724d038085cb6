package io.cairn.block.spi;

/// What a check found (QMP reference manual, "ImageCheck").
///
/// @param checkErrors places that could not be looked at
/// @param corruptions findings left in the image
/// @param leaks clusters left that nothing refers to
/// @param corruptionsFixed findings repaired
/// @param leaksFixed clusters given back
/// @param imageEndOffset first byte behind the last cluster in use, 0 if unknown
/// @param totalClusters guest clusters of the image, 0 if unknown
/// @param allocatedClusters guest clusters that have data
/// @param fragmentedClusters allocated clusters that do not follow their predecessor on the host
/// @param compressedClusters allocated clusters that are compressed
public record CheckResult(
        long checkErrors,
        long corruptions,
        long leaks,
        long corruptionsFixed,
        long leaksFixed,
        long imageEndOffset,
        long totalClusters,
        long allocatedClusters,
        long fragmentedClusters,
        long compressedClusters) {}
