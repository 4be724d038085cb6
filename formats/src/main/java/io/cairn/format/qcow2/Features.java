package io.cairn.format.qcow2;

/// The three feature bitmaps of a header; all zero for version 2.
///
/// @param incompatible who does not know a bit here must not open the image
/// @param compatible who does not know a bit here may ignore it
/// @param autoclear who does not know a bit here clears it before writing
record Features(long incompatible, long compatible, long autoclear) {
    static final Features NONE = new Features(0, 0, 0);

    boolean isDirty() {
        return (incompatible & Qcow2Layout.INCOMPATIBLE_DIRTY) != 0;
    }

    boolean isCorrupt() {
        return (incompatible & Qcow2Layout.INCOMPATIBLE_CORRUPT) != 0;
    }

    boolean hasDataFile() {
        return (incompatible & Qcow2Layout.INCOMPATIBLE_DATA_FILE) != 0;
    }

    boolean hasExtendedL2() {
        return (incompatible & Qcow2Layout.INCOMPATIBLE_EXTENDED_L2) != 0;
    }

    boolean hasLazyRefcounts() {
        return (compatible & Qcow2Layout.COMPATIBLE_LAZY_REFCOUNTS) != 0;
    }

    boolean hasBitmaps() {
        return (autoclear & Qcow2Layout.AUTOCLEAR_BITMAPS) != 0;
    }

    boolean hasRawDataFile() {
        return (autoclear & Qcow2Layout.AUTOCLEAR_RAW_DATA_FILE) != 0;
    }

    Features withIncompatible(long bits, boolean on) {
        return new Features(on ? incompatible | bits : incompatible & ~bits, compatible, autoclear);
    }

    Features withAutoclear(long bits) {
        return new Features(incompatible, compatible, bits);
    }
}
