/// Exports of nodes over the NBD protocol (NBD project, "The NBD protocol").
@NullMarked
package io.cairn.nbd.server;

import org.jspecify.annotations.NullMarked;
