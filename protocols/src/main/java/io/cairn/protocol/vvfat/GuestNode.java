package io.cairn.protocol.vvfat;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A file or directory as the disk's own structures say it is.
final class GuestNode {
    private final @Nullable GuestNode parent;
    private final String name;
    private final boolean directory;
    private final boolean readOnly;
    private final int[] clusters;
    private final long length;
    private final List<GuestNode> children = new ArrayList<>();

    private GuestNode(
            @Nullable GuestNode parent,
            String name,
            boolean directory,
            boolean readOnly,
            int[] clusters,
            long length) {
        this.parent = parent;
        this.name = name;
        this.directory = directory;
        this.readOnly = readOnly;
        this.clusters = clusters;
        this.length = length;
    }

    /// The root directory.
    static GuestNode root(int[] clusters) {
        return new GuestNode(null, "", true, false, clusters, 0);
    }

    /// A directory in another one.
    static GuestNode directory(GuestNode parent, String name, int[] clusters) {
        return new GuestNode(parent, name, true, false, clusters, 0);
    }

    /// A file in a directory.
    static GuestNode file(
            GuestNode parent, String name, boolean readOnly, int[] clusters, long length) {
        return new GuestNode(parent, name, false, readOnly, clusters, length);
    }

    /// Its name, the long one if there is one.
    String name() {
        return name;
    }

    boolean directory() {
        return directory;
    }

    /// Whether it must not be written; a directory may always be.
    boolean readOnly() {
        return readOnly;
    }

    /// Its chain.
    int[] clusters() {
        return clusters;
    }

    int firstCluster() {
        return clusters.length == 0 ? 0 : clusters[0];
    }

    /// Bytes of a file.
    long length() {
        return length;
    }

    /// What a directory holds, in its order.
    List<GuestNode> children() {
        return children;
    }

    int depth() {
        int depth = 0;
        for (GuestNode node = parent; node != null; node = node.parent) {
            depth++;
        }
        return depth;
    }
}
