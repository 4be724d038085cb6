/// `cairn io`, in place of qemu-io: a session of commands that read, write and examine one open
/// image.
@NullMarked
package io.cairn.cli.io;

import org.jspecify.annotations.NullMarked;
