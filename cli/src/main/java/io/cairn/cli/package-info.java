/// The entry point and what every tool shares: arguments, standard output, signals and exit.
@NullMarked
package io.cairn.cli;

import org.jspecify.annotations.NullMarked;
