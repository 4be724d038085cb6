/// The tool in the place of a system emulator whose processor nobody needs.
@NullMarked
package io.cairn.cli.system;

import org.jspecify.annotations.NullMarked;
