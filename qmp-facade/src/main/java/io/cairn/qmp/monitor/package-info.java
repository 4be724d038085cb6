/// Monitors: a client's connection, from the greeting to its end.
@NullMarked
package io.cairn.qmp.monitor;

import org.jspecify.annotations.NullMarked;
