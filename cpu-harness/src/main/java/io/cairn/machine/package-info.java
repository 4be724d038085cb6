/// The home of the machine: processor, memory, interrupt controllers and virtio devices.
@NullMarked
package io.cairn.machine;

import org.jspecify.annotations.NullMarked;
