/// What every tool shares: its arguments, standard output and signals.
@NullMarked
package io.cairn.cli.console;

import org.jspecify.annotations.NullMarked;
