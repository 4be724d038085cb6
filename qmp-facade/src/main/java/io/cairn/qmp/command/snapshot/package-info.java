/// Commands that take snapshots, and those that do several things at once.
@NullMarked
package io.cairn.qmp.command.snapshot;

import org.jspecify.annotations.NullMarked;
