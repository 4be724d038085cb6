/// Commands about front ends: drives, devices, media, limits and figures.
@NullMarked
package io.cairn.qmp.command.device;

import org.jspecify.annotations.NullMarked;
