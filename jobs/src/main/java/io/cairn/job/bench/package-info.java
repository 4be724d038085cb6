/// Measuring how fast an image takes requests.
@NullMarked
package io.cairn.job.bench;

import org.jspecify.annotations.NullMarked;
