/// Network block devices: the driver `nbd`, and the protocol's messages as both of its ends know
/// them (NBD project, "The NBD protocol").
@NullMarked
package io.cairn.protocol.nbd;

import org.jspecify.annotations.NullMarked;
