/// Commands that offer nodes to others.
@NullMarked
package io.cairn.qmp.command.export;

import org.jspecify.annotations.NullMarked;
