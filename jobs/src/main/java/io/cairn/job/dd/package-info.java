/// Copying blocks from one image to another, holes and all.
@NullMarked
package io.cairn.job.dd;

import org.jspecify.annotations.NullMarked;
