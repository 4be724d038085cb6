/// Character devices: streams by which monitors and others meet their peers.
@NullMarked
package io.cairn.qmp.chardev;

import org.jspecify.annotations.NullMarked;
