/// Addresses of sockets as clients write them.
@NullMarked
package io.cairn.qmp.address;

import org.jspecify.annotations.NullMarked;
