/// The tool `daemon`, in place of qemu-storage-daemon.
@NullMarked
package io.cairn.cli.daemon;

import org.jspecify.annotations.NullMarked;
