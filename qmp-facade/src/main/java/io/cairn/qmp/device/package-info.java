/// Front ends and the backends they own: drives, devices, media and trays.
@NullMarked
package io.cairn.qmp.device;

import org.jspecify.annotations.NullMarked;
