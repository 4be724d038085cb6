package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Reads the disk's own structures and finds out whether they agree with each other.
///
/// They do not while a guest is in the middle of a change: then this throws {@link
/// CorruptImageException}. Clusters that are taken and belong to nothing do no harm.
final class GuestTree {
    /// The fields of the boot sector that say where everything is.
    private static final int LAYOUT_FROM = 11;

    private static final int LAYOUT_TO = 36;
    private static final int LAYOUT_TO_FAT32 = 52;

    private final Disk disk;
    private final Geometry geometry;
    private final BitSet used = new BitSet();
    private final byte[] table;

    private GuestTree(Disk disk) throws BlockException {
        this.disk = disk;
        this.geometry = disk.geometry();
        requireLayout();
        this.table = readTable();
    }

    /// Reads the tree and returns its root.
    static GuestNode read(Disk disk) throws BlockException {
        GuestTree tree = new GuestTree(disk);
        GuestNode root = tree.readRoot();
        ArrayDeque<GuestNode> directories = new ArrayDeque<>(List.of(root));
        int nodes = 0;
        while (!directories.isEmpty()) {
            GuestNode directory = directories.remove();
            tree.readDirectory(directory);
            nodes += directory.children().size();
            if (nodes > HostTree.MAX_NODES) {
                throw corrupt("more than " + HostTree.MAX_NODES + " files");
            }
            directory.children().stream().filter(GuestNode::directory).forEach(directories::add);
        }
        return root;
    }

    private static CorruptImageException corrupt(String what) {
        return new CorruptImageException(
                Errno.EIO, "The FAT filesystem contradicts itself: " + what);
    }

    private void requireLayout() throws BlockException {
        long start = (long) geometry.volumeStart() * Geometry.SECTOR;
        byte[] boot = disk.readBytes(start, Geometry.SECTOR);
        int to = geometry.type() == FatType.FAT32 ? LAYOUT_TO_FAT32 : LAYOUT_TO;
        byte[] ours = disk.volume().reserved();
        if (!Arrays.equals(boot, LAYOUT_FROM, to, ours, LAYOUT_FROM, to)) {
            throw corrupt("the boot sector tells of another layout");
        }
    }

    private byte[] readTable() throws BlockException {
        int length = geometry.tableSectors() * Geometry.SECTOR;
        long start = (long) geometry.tableStart() * Geometry.SECTOR;
        byte[] first = disk.readBytes(start, length);
        if (!Arrays.equals(first, disk.readBytes(start + length, length))) {
            throw corrupt("the two allocation tables differ");
        }
        return first;
    }

    private GuestNode readRoot() throws BlockException {
        return GuestNode.root(
                geometry.rootEntries() == 0
                        ? chain(Geometry.FIRST_CLUSTER, "the root directory")
                        : HostNode.NO_CLUSTERS);
    }

    /// The clusters from a first one on; each may belong to one chain only.
    private int[] chain(int first, String what) throws BlockException {
        FatType type = geometry.type();
        int[] chain = new int[4];
        int count = 0;
        int cluster = first;
        while (cluster < type.endOfChain()) {
            if (cluster < Geometry.FIRST_CLUSTER || cluster >= geometry.clusterLimit()) {
                throw corrupt("the chain of " + what + " leads to cluster " + cluster);
            }
            if (used.get(cluster)) {
                throw corrupt("cluster " + cluster + " of " + what + " is in use twice");
            }
            used.set(cluster);
            if (count == chain.length) {
                chain = Arrays.copyOf(chain, 2 * count);
            }
            chain[count++] = cluster;
            cluster = type.get(table, cluster);
        }
        return Arrays.copyOf(chain, count);
    }

    // ---- directories

    private byte[] content(GuestNode directory) throws BlockException {
        int[] clusters = directory.clusters();
        if (clusters.length == 0) {
            long start = (long) geometry.rootStart() * Geometry.SECTOR;
            return disk.readBytes(start, geometry.rootEntries() * DirectoryFormat.ENTRY);
        }
        int size = geometry.clusterBytes();
        if (clusters.length > HostTree.MAX_ENTRIES * DirectoryFormat.ENTRY / size) {
            throw corrupt("'" + directory.name() + "' has too many entries");
        }
        byte[] content = new byte[clusters.length * size];
        for (int i = 0; i < clusters.length; i++) {
            byte[] part = disk.readBytes(geometry.clusterOffset(clusters[i]), size);
            System.arraycopy(part, 0, content, i * size, size);
        }
        return content;
    }

    private void readDirectory(GuestNode directory) throws BlockException {
        if (directory.depth() > HostTree.MAX_DEPTH) {
            throw corrupt("there are directories in directories without end");
        }
        byte[] b = content(directory);
        Set<String> names = new HashSet<>();
        LongName longName = new LongName();
        for (int at = 0; at < b.length && b[at] != DirectoryFormat.END; ) {
            int attributes = b[at + DirectoryFormat.ATTRIBUTES];
            boolean isFree = (b[at] & 0xff) == DirectoryFormat.FREE;
            boolean isLong =
                    (attributes & DirectoryFormat.LONG_NAME_MASK) == DirectoryFormat.LONG_NAME;
            if (isFree) {
                longName.clear();
            } else if (isLong) {
                longName.add(b, at);
            } else {
                boolean isLabel = (attributes & DirectoryFormat.VOLUME_LABEL) != 0;
                if (!isLabel && b[at] != '.') {
                    GuestNode child = readEntry(directory, b, at, longName);
                    if (!names.add(LongNames.key(child.name()))) {
                        throw corrupt("'" + child.name() + "' is there twice");
                    }
                    directory.children().add(child);
                }
                longName.clear();
            }
            at += DirectoryFormat.ENTRY;
        }
    }

    private GuestNode readEntry(GuestNode directory, byte[] b, int at, LongName longName)
            throws BlockException {
        String shortName = shortName(b, at);
        String found = longName.of(shortName);
        String name =
                found.isEmpty() ? FatNames.ofShort(shortName, b[at + DirectoryFormat.CASE]) : found;
        requireName(name);
        int attributes = b[at + DirectoryFormat.ATTRIBUTES];
        boolean isDirectory = (attributes & DirectoryFormat.DIRECTORY) != 0;
        long length = Integer.toUnsignedLong(Little.get32(b, at + DirectoryFormat.LENGTH));
        int first = Little.get16(b, at + DirectoryFormat.CLUSTER_LOW);
        if (geometry.type() == FatType.FAT32) {
            first |= Little.get16(b, at + DirectoryFormat.CLUSTER_HIGH) << 16;
        }
        boolean isEmpty = !isDirectory && first == 0;
        int[] clusters = isEmpty ? HostNode.NO_CLUSTERS : chain(first, "'" + name + "'");
        if (!isDirectory && clusters.length != geometry.clustersOf(length)) {
            throw corrupt("the chain of '" + name + "' does not have the length of the file");
        }
        if (isDirectory) {
            return GuestNode.directory(directory, name, clusters);
        }
        boolean isReadOnly = (attributes & DirectoryFormat.READ_ONLY) != 0;
        return GuestNode.file(directory, name, isReadOnly, clusters, length);
    }

    private static String shortName(byte[] b, int at) {
        String name = new String(b, at, ShortNames.LENGTH, StandardCharsets.ISO_8859_1);
        return name.charAt(0) == DirectoryFormat.KANJI_E5
                ? (char) DirectoryFormat.FREE + name.substring(1)
                : name;
    }

    /// A name that leads out of its directory, or that no host can have, is none.
    private static void requireName(String name) throws BlockException {
        boolean isBroken = name.isEmpty() || name.equals(".") || name.equals("..");
        for (int i = 0; i < name.length(); i++) {
            isBroken |= !LongNames.isLegal(name.charAt(i));
        }
        if (isBroken || !StandardCharsets.UTF_8.newEncoder().canEncode(name)) {
            throw corrupt("a file has the name '" + printable(name) + "'");
        }
    }

    private static String printable(String name) {
        StringBuilder text = new StringBuilder();
        name.chars().forEach(c -> text.append(c < ' ' || c > '~' ? '?' : (char) c));
        return text.toString();
    }

    /// The parts of a long name as they come, the last one first.
    private static final class LongName {
        private String text = "";
        private int next;
        private int checksum;

        void clear() {
            text = "";
            next = -1;
        }

        void add(byte[] b, int at) {
            int number = DirectoryFormat.partNumber(b, at);
            int sum = DirectoryFormat.checksumOf(b, at);
            if (DirectoryFormat.isLastPart(b, at)) {
                text = "";
                next = number;
                checksum = sum;
            }
            if (number == 0 || number != next || sum != checksum) {
                clear();
                return;
            }
            text = DirectoryFormat.partText(b, at).concat(text);
            next--;
        }

        /// The whole name, if it is complete and belongs to the short one.
        String of(String shortName) {
            boolean isWhole = next == 0 && DirectoryFormat.checksum(shortName) == checksum;
            return isWhole ? text : "";
        }
    }
}
