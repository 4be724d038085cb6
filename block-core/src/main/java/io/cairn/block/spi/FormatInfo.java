package io.cairn.block.spi;

import io.cairn.block.option.JsonObject;

import org.jspecify.annotations.Nullable;

/// What a format knows of an open image beyond its length (QMP reference manual, "ImageInfo").
///
/// @param clusterSize bytes of a cluster, 0 if the format has none
/// @param dirty the image was not closed cleanly
/// @param encrypted the guest data is encrypted
/// @param vmStateOffset guest offset behind the disk where machine state is kept, or -1
/// @param subclusterSize bytes of the smallest unit that is allocated, 0 if the format has none
/// @param specific what is particular to the format: its `format-specific` data (the union's
///   `data`), or null
/// @param specificType the union's `type`; null with `specific`
public record FormatInfo(
        long clusterSize,
        boolean dirty,
        boolean encrypted,
        long vmStateOffset,
        long subclusterSize,
        @Nullable JsonObject specific,
        @Nullable String specificType) {
    /// The driver cannot tell anything, not even whether the image is dirty; compared by identity.
    public static final FormatInfo NONE = new FormatInfo(0, false, false, -1, 0, null, null);

    /// Storage without a structure: not dirty, and nothing else to tell.
    public static final FormatInfo PLAIN = new FormatInfo(0, false, false, 0, 0, null, null);

    /// The same without what is particular to the format.
    public FormatInfo withoutSpecific() {
        return specific == null
                ? this
                : new FormatInfo(
                        clusterSize, dirty, encrypted, vmStateOffset, subclusterSize, null, null);
    }
}
