/// Filters that belong to the block layer itself: `blkdebug`.
@NullMarked
package io.cairn.block.filter;

import org.jspecify.annotations.NullMarked;
