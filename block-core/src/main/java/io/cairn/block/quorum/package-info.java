/// Copies of one disk that vote: the driver `quorum`.
@NullMarked
package io.cairn.block.quorum;

import org.jspecify.annotations.NullMarked;
