/// Commands about the monitor and what it can do.
@NullMarked
package io.cairn.qmp.command.monitor;

import org.jspecify.annotations.NullMarked;
