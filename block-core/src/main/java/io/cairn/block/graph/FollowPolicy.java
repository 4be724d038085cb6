package io.cairn.block.graph;

import io.cairn.block.Node;

/// Decides whether a name found inside an image is followed.
@FunctionalInterface
public interface FollowPolicy {
    /// Follows nothing: the library's default.
    FollowPolicy NOTHING = (image, kind, filename) -> false;

    /// Follows everything, as the tools' users know it.
    FollowPolicy EVERYTHING = (image, kind, filename) -> true;

    /// True if the name may be opened.
    ///
    /// @param image the image that holds the name
    /// @param kind what the name is for: `backing`, `data-file`, `extent`
    /// @param filename the name, resolved against the image
    boolean mayFollow(Node image, String kind, String filename);
}
