/// The objects that users create beside the graph and that options refer to by id: secrets,
/// throttle groups, TLS credentials.
@NullMarked
package io.cairn.block.object;

import org.jspecify.annotations.NullMarked;
