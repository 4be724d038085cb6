/// The entry for a Java program that embeds Cairn: open an image, read and write it, run
/// operations.
///
/// {@snippet :
/// try (DiskImages images = DiskImages.open()) {
///     images.create(CreateRequest.of("disk.qcow2", "qcow2", 1L << 30));
///     try (DiskImage disk = images.openWritable("disk.qcow2")) {
///         disk.channel().position(4096).write(ByteBuffer.wrap(bytes));
///         disk.convertTo("disk.raw", "raw", new JobControl());
///     }
/// }
/// }
@NullMarked
package io.cairn.job.disk;

import org.jspecify.annotations.NullMarked;
