/// Commands about character devices.
@NullMarked
package io.cairn.qmp.command.chardev;

import org.jspecify.annotations.NullMarked;
