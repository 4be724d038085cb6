/// Copying the guest content of images into another one, whatever their formats.
@NullMarked
package io.cairn.job.convert;

import org.jspecify.annotations.NullMarked;
