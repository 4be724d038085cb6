/// A directory of the host as a disk with a FAT filesystem: the driver `vvfat`.
@NullMarked
package io.cairn.protocol.vvfat;

import org.jspecify.annotations.NullMarked;
