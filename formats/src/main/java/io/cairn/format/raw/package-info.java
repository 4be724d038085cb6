/// The format that is none: the guest's bytes as they are, all of a file or a window of it.
@NullMarked
package io.cairn.format.raw;

import org.jspecify.annotations.NullMarked;
