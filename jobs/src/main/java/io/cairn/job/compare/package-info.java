/// Comparing the guest content of two images, whatever their formats.
@NullMarked
package io.cairn.job.compare;

import org.jspecify.annotations.NullMarked;
