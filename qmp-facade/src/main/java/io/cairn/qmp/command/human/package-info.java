/// The command by which QMP reaches the commands for people.
@NullMarked
package io.cairn.qmp.command.human;

import org.jspecify.annotations.NullMarked;
