/// Commands that open, close, change and describe nodes.
@NullMarked
package io.cairn.qmp.command.block;

import org.jspecify.annotations.NullMarked;
