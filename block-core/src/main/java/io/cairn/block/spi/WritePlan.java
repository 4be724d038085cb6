package io.cairn.block.spi;

import io.cairn.block.BlockException;

/// A format's plan for a prefix of a guest write: where the data goes, and what to do around it.
///
/// The generic layer fills the head and tail by reading the node's guest content (which is still
/// the old one), writes head, data and tail to the child, and then commits; if anything fails it
/// aborts. Until then, no other plan is made for the same clusters, and the host clusters stay
/// pinned.
public interface WritePlan {
    /// Guest bytes, counted from the request's offset, that the plan covers; at least 1.
    long length();

    /// The child that takes the data.
    Child child();

    /// Where in the child the request's offset lands.
    long hostOffset();

    /// Guest bytes before the request's offset that are copied along, 0 for a write in place.
    long headLength();

    /// Guest bytes behind the plan's end that are copied along, 0 for a write in place.
    long tailLength();

    /// True if the guest sees nothing of the child's range (head, data, tail) before the commit, so
    /// that it may be zeroed as a whole first.
    boolean isHidden();

    /// Puts the mapping in place: the data is in the child (but not necessarily flushed; ordering
    /// is the format's).
    void commit() throws BlockException;

    /// Gives the planned clusters back; the guest content is as before.
    void abort();
}
