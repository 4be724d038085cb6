package io.cairn.protocol.vvfat;

import io.cairn.block.os.DirectoryEntry;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// A file or directory of the host that the disk shows: its place there and its place on the disk.
///
/// Guarded by the disk's lock: what is mutable changes only while no request runs.
final class HostNode {
    static final int[] NO_CLUSTERS = {};

    private static final int WRITE_BITS = 0222;

    /// When the file was changed in any way, last read, and last written, in seconds since 1970.
    record Times(long changed, long accessed, long modified) {}

    private @Nullable HostNode parent;
    private String hostName;
    private final boolean directory;
    private final boolean link;
    private final boolean belowLink;
    private final long device;
    private final long inode;
    private final Times times;
    private int permissions;
    private long length;

    private String shownName = "";
    private int[] clusters = NO_CLUSTERS;
    private byte[] content = {};
    private final List<HostNode> children = new ArrayList<>();

    /// @param entry what the name stands for, links followed
    /// @param link whether the name is itself a symbolic link
    HostNode(@Nullable HostNode parent, String hostName, DirectoryEntry entry, boolean link) {
        this.parent = parent;
        this.hostName = hostName;
        this.directory = entry.kind() == DirectoryEntry.Kind.DIRECTORY;
        this.link = link;
        this.belowLink = parent != null && (parent.link || parent.belowLink);
        this.device = entry.device();
        this.inode = entry.inode();
        this.times =
                new Times(entry.changedSeconds(), entry.accessedSeconds(), entry.modifiedSeconds());
        this.permissions = entry.permissions();
        this.length = entry.length();
    }

    @Nullable HostNode parent() {
        return parent;
    }

    String hostName() {
        return hostName;
    }

    boolean isDirectory() {
        return directory;
    }

    /// Whether the name is a symbolic link to what is shown.
    boolean isLink() {
        return link;
    }

    /// Whether a directory on the way here is a symbolic link, so that the node is not to be
    /// changed.
    boolean isBelowLink() {
        return belowLink;
    }

    Times times() {
        return times;
    }

    int permissions() {
        return permissions;
    }

    /// Whether nobody may write the file; directories do not show it.
    boolean isReadOnly() {
        return !directory && (permissions & WRITE_BITS) == 0;
    }

    int attributes() {
        if (directory) {
            return DirectoryFormat.DIRECTORY;
        }
        return DirectoryFormat.ARCHIVE | (isReadOnly() ? DirectoryFormat.READ_ONLY : 0);
    }

    /// The length that is shown, which is that at opening or at the last commit.
    long length() {
        return length;
    }

    /// The name on the disk: the long one if there is one.
    String shownName() {
        return shownName;
    }

    void show(String name) {
        shownName = name;
    }

    /// The chain of clusters, of a directory or of a file that is not empty.
    int[] clusters() {
        return clusters;
    }

    int firstCluster() {
        return clusters.length == 0 ? 0 : clusters[0];
    }

    void setClusters(int[] chain) {
        clusters = chain;
    }

    /// A directory's entries as they were at opening.
    byte[] content() {
        return content;
    }

    void setContent(byte[] entries) {
        content = entries;
    }

    List<HostNode> children() {
        return children;
    }

    /// Gives the node another place on the host.
    void move(HostNode newParent, String newName) {
        parent = newParent;
        hostName = newName;
    }

    void setPermissions(int mode) {
        permissions = mode;
    }

    void setLength(long bytes) {
        length = bytes;
    }

    /// Whether the entry is this directory or one above it, so that a link to it would lead round.
    boolean isAtOrBelow(DirectoryEntry entry) {
        for (HostNode node = this; node != null; node = node.parent) {
            if (node.device == entry.device() && node.inode == entry.inode() && inode != 0) {
                return true;
            }
        }
        return false;
    }

    int depth() {
        int depth = 0;
        for (HostNode node = parent; node != null; node = node.parent) {
            depth++;
        }
        return depth;
    }

    /// The names that lead here from the root directory.
    List<String> names() {
        List<String> names = new ArrayList<>();
        for (HostNode node = this; node.parent != null; node = node.parent) {
            names.add(node.hostName);
        }
        return names.reversed();
    }

    /// The path from the root directory, for messages; the root's is empty.
    String path() {
        return String.join("/", names());
    }
}
