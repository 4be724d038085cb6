/// Changes of the options of images in the background.
@NullMarked
package io.cairn.job.amend;

import org.jspecify.annotations.NullMarked;
