/// Limits on the rate of requests: groups of leaky buckets that their members share.
///
/// A {@link io.cairn.block.throttle.ThrottleGroup} holds the limits and what has been used of them;
/// a {@link io.cairn.block.throttle.ThrottleMember} is one node's or backend's place in a group, at
/// which its requests wait for their turn. Nothing here knows nodes, options or threads' origins,
/// so that whatever has requests to limit can use it.
@NullMarked
package io.cairn.block.throttle;

import org.jspecify.annotations.NullMarked;
