/// Commands about objects and their tree.
@NullMarked
package io.cairn.qmp.command.object;

import org.jspecify.annotations.NullMarked;
