package io.cairn.protocol.vvfat;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A file or directory as the disk's own structures say it is.
///
/// @param parent the directory above; null for the root
/// @param name its name, the long one if there is one
/// @param directory whether it is a directory
/// @param readOnly whether it must not be written
/// @param clusters its chain
/// @param length bytes of a file
/// @param children what a directory holds, in its order
record GuestNode(
        @Nullable GuestNode parent,
        String name,
        boolean directory,
        boolean readOnly,
        int[] clusters,
        long length,
        List<GuestNode> children) {
    static GuestNode root(int[] clusters) {
        return new GuestNode(null, "", true, false, clusters, 0, new ArrayList<>());
    }

    int firstCluster() {
        return clusters.length == 0 ? 0 : clusters[0];
    }

    int depth() {
        int depth = 0;
        for (GuestNode node = parent; node != null; node = node.parent) {
            depth++;
        }
        return depth;
    }
}
