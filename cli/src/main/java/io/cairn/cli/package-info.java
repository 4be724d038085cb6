/// The entry point: finds the tool by the name it was started under and ends the process.
@NullMarked
package io.cairn.cli;

import org.jspecify.annotations.NullMarked;
