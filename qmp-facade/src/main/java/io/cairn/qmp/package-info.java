/// The home of the QMP schema and server.
@NullMarked
package io.cairn.qmp;

import org.jspecify.annotations.NullMarked;
