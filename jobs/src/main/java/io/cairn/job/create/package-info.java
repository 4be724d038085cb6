/// Creation of images in the background.
@NullMarked
package io.cairn.job.create;

import org.jspecify.annotations.NullMarked;
