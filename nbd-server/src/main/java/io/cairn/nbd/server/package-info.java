/// The home of the NBD server: handshake, transmission, meta contexts and exports.
@NullMarked
package io.cairn.nbd.server;

import org.jspecify.annotations.NullMarked;
