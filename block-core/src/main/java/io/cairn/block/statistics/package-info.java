/// What is counted and timed of requests, as the manual's `BlockDeviceStats` tells it.
///
/// An {@link io.cairn.block.statistics.Accounting} counts for one device or node, and only where a
/// front end has turned it on.
@NullMarked
package io.cairn.block.statistics;

import org.jspecify.annotations.NullMarked;
