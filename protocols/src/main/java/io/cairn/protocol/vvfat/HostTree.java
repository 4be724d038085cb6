package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.WarningSink;
import io.cairn.block.os.DirectoryEntry;
import io.cairn.block.os.HostDirectory;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Reads a directory of the host with all below it, and gives everything its clusters.
///
/// Nodes are in the order in which they get their clusters: level by level, each directory in the
/// filesystem's own order. What is neither a file nor a directory is left out, as are links that
/// lead nowhere or round. A tree that does not fit is noticed before more of it is read.
final class HostTree {
    /// The most nodes that are kept in memory.
    static final int MAX_NODES = 1 << 18;

    /// The most directories on the way to a file.
    static final int MAX_DEPTH = 256;

    /// The most entries of a directory that is not the root of FAT12 or FAT16 (FAT specification,
    /// "FAT Directory Structure").
    static final int MAX_ENTRIES = 1 << 16;

    private final HostFolder folder;
    private final Geometry geometry;
    private final WarningSink warnings;
    private final List<HostNode> nodes = new ArrayList<>();
    private final List<Listing> pending = new ArrayList<>();
    private int nextCluster = Geometry.FIRST_CLUSTER;

    private HostTree(HostFolder folder, Geometry geometry, WarningSink warnings) {
        this.folder = folder;
        this.geometry = geometry;
        this.warnings = warnings;
    }

    /// Reads the tree; the first node is the root.
    static List<HostNode> read(HostFolder folder, Geometry geometry, byte[] label, WarningSink out)
            throws BlockException {
        HostTree tree = new HostTree(folder, geometry, out);
        tree.readAll(label);
        return tree.nodes;
    }

    private void readAll(byte[] label) throws BlockException {
        nodes.add(root());
        // The list grows while it is walked.
        for (int i = 0; i < nodes.size(); i++) {
            HostNode node = nodes.get(i);
            if (!node.isDirectory()) {
                allocate(node, node.length());
                continue;
            }
            Listing listing = list(node, i == 0 ? label : null);
            nodes.addAll(node.children());
            if (nodes.size() > MAX_NODES) {
                throw doesNotFit();
            }
            if (i > 0 || geometry.rootEntries() == 0) {
                allocate(node, listing.bytes());
            }
            pending.add(listing);
        }
        for (Listing listing : pending) {
            listing.write();
        }
    }

    private static HostNode root() {
        DirectoryEntry nothing =
                new DirectoryEntry(DirectoryEntry.Kind.DIRECTORY, 0, 0755, 0, 0, 0, 0, 0);
        return new HostNode(null, "", nothing, false);
    }

    private void allocate(HostNode node, long bytes) throws BlockException {
        long count = geometry.clustersOf(bytes);
        if (count > geometry.clusterLimit() - nextCluster) {
            throw doesNotFit();
        }
        int[] chain = new int[(int) count];
        for (int i = 0; i < chain.length; i++) {
            chain[i] = nextCluster++;
        }
        node.setClusters(chain);
    }

    private BlockException doesNotFit() {
        String capacity = String.format(Locale.ROOT, "%.2f", geometry.volumeSectors() / 2000.0);
        return new BlockException(
                Errno.EINVAL,
                "Directory does not fit in FAT"
                        + geometry.type().bits()
                        + " (capacity "
                        + capacity
                        + " MB)");
    }

    private BlockException unreadable(HostNode directory, String why) {
        return new BlockException(Errno.EIO, "Could not read directory " + folder.nameOf(directory))
                .withDetail(why);
    }

    // ---- one directory

    private Listing list(HostNode directory, byte @Nullable [] label) throws BlockException {
        if (directory.depth() > MAX_DEPTH) {
            throw unreadable(directory, "There are more than " + MAX_DEPTH + " directories above");
        }
        try {
            return folder.in(directory, true, host -> list(directory, label, host));
        } catch (BlockException e) {
            if (e.errno() == Errno.EOVERFLOW) {
                throw tooMany(directory);
            }
            throw e.getMessage().startsWith("Could not read")
                    ? e
                    : unreadable(directory, e.getMessage());
        }
    }

    private Listing list(HostNode directory, byte @Nullable [] label, HostDirectory host)
            throws BlockException {
        Listing listing = new Listing(directory, label);
        for (String name : host.names(MAX_ENTRIES)) {
            HostNode child = look(directory, host, name);
            if (child != null) {
                directory.children().add(child);
                listing.add(child);
            }
        }
        boolean isFixed = label != null && geometry.rootEntries() > 0;
        if (listing.entries > (isFixed ? geometry.rootEntries() : MAX_ENTRIES)) {
            throw tooMany(directory);
        }
        return listing;
    }

    private BlockException tooMany(HostNode directory) {
        boolean isRoot = directory.parent() == null;
        return unreadable(
                directory, "Too many entries in " + (isRoot ? "root " : "") + "directory");
    }

    /// What is shown of a name; null if nothing is.
    private @Nullable HostNode look(HostNode directory, HostDirectory host, String name)
            throws BlockException {
        try {
            DirectoryEntry own = host.entry(name, false);
            boolean isLink = own.kind() == DirectoryEntry.Kind.LINK;
            DirectoryEntry entry = isLink ? host.entry(name, true) : own;
            if (isLink
                    && entry.kind() == DirectoryEntry.Kind.DIRECTORY
                    && leadsRound(directory, entry)) {
                warnings.warn(
                        "Not showing "
                                + folder.nameOf(directory)
                                + "/"
                                + name
                                + ": it is a link to a directory above it");
                return null;
            }
            boolean isShown =
                    entry.kind() == DirectoryEntry.Kind.REGULAR
                            || entry.kind() == DirectoryEntry.Kind.DIRECTORY;
            return isShown ? new HostNode(directory, name, entry, isLink) : null;
        } catch (BlockException e) {
            boolean isGone = e.errno() == Errno.ENOENT || e.errno() == Errno.ELOOP;
            if (isGone) {
                return null;
            }
            throw e;
        }
    }

    private boolean leadsRound(HostNode directory, DirectoryEntry target) {
        return directory.isAtOrBelow(target) || folder.isRoot(target);
    }

    /// The names of a directory, and later its entries.
    private static final class Listing {
        private final HostNode directory;
        private final byte @Nullable [] label;
        private final LongNames longNames = new LongNames();
        private final ShortNames shortNames = new ShortNames();
        private final List<String> longs = new ArrayList<>();
        private final List<String> shorts = new ArrayList<>();
        private int entries;

        /// The root has the volume's label and neither `.` nor `..`.
        Listing(HostNode directory, byte @Nullable [] label) {
            this.directory = directory;
            this.label = label;
            this.entries = label == null ? 2 : 1;
        }

        void add(HostNode child) {
            String longName = longNames.add(child.hostName());
            String shortName = shortNames.add(child.hostName());
            String shown = FatNames.ofShort(shortName, 0);
            longNames.take(shown);
            longs.add(longName);
            shorts.add(shortName);
            child.show(longName.isEmpty() ? shown : longName);
            entries += DirectoryFormat.entries(longName);
        }

        int bytes() {
            return entries * DirectoryFormat.ENTRY;
        }

        /// Writes the entries, once everything has its clusters.
        void write() {
            byte[] b = new byte[bytes()];
            int at = label == null ? putDots(b) : DirectoryFormat.putLabel(b, 0, label);
            for (int i = 0; i < longs.size(); i++) {
                HostNode child = directory.children().get(i);
                at = DirectoryFormat.putLongName(b, at, longs.get(i), shorts.get(i));
                at = DirectoryFormat.putEntry(b, at, shorts.get(i), child, child.firstCluster());
            }
            directory.setContent(b);
        }

        private int putDots(byte[] b) {
            HostNode parent = directory.parent();
            // The root is cluster 0 here, whatever its own first cluster is.
            boolean isBelowRoot = parent == null || parent.parent() == null;
            int above = parent == null || isBelowRoot ? 0 : parent.firstCluster();
            int at = DirectoryFormat.putEntry(b, 0, ".", directory, directory.firstCluster());
            return DirectoryFormat.putEntry(b, at, "..", directory, above);
        }
    }
}
