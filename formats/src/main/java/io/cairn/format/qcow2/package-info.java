/// The qcow2 format, versions 2 and 3 (QEMU documentation, "qcow2.txt").
///
/// {@link io.cairn.format.qcow2.Qcow2Image} is an open image over its storage: header, L1 table, L2
/// slices, refcount blocks, and the order in which they are written. What stands around it maps
/// guest ranges, plans writes, creates, resizes, checks and repairs.
@NullMarked
package io.cairn.format.qcow2;

import org.jspecify.annotations.NullMarked;
