package io.cairn.format.qcow2;

/// Where a table is in the image file.
///
/// @param offset a host offset
/// @param count its entries, or clusters where the header counts those
record TableLocation(long offset, int count) {
    static final TableLocation NONE = new TableLocation(0, 0);
}
