/// The operating system: every file descriptor, native call and file channel of the block layer.
///
/// A {@link io.cairn.block.os.HostFile} is an open file or device; {@link
/// io.cairn.block.os.HostPath} holds what is done to names. On Linux the calls go through the
/// foreign function interface; without native access, and on other systems, a portable layer on
/// file channels answers the same interface. Failures are {@link io.cairn.block.BlockException}s
/// whose message is the bare text of the error number: a caller puts the file's name before it.
@NullMarked
package io.cairn.block.os;

import org.jspecify.annotations.NullMarked;
