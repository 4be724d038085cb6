/// Streaming: copying data from a backing chain into the image above it.
@NullMarked
package io.cairn.job.stream;

import org.jspecify.annotations.NullMarked;
