/// The commands about descriptors that clients pass.
@NullMarked
package io.cairn.qmp.command.descriptor;

import org.jspecify.annotations.NullMarked;
