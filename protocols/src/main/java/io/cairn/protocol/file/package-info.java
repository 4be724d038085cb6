/// Files and devices of the host: the drivers `file` and `host_device`.
@NullMarked
package io.cairn.protocol.file;

import org.jspecify.annotations.NullMarked;
