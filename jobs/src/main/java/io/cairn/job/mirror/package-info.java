/// Mirroring: keeping a copy of a node while guests write to it, and switching over to the copy.
@NullMarked
package io.cairn.job.mirror;

import org.jspecify.annotations.NullMarked;
