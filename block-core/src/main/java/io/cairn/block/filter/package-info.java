/// Filters that belong to the block layer itself, and what shows the point in time that one keeps.
///
/// A filter of one child extends `PassThrough`; a line in `FilterStackTest` of `test-images` puts
/// it into stacks with all others.
@NullMarked
package io.cairn.block.filter;

import org.jspecify.annotations.NullMarked;
