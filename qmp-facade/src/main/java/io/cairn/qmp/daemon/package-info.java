/// The storage daemon: what stands behind its command line.
@NullMarked
package io.cairn.qmp.daemon;

import org.jspecify.annotations.NullMarked;
