package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Preallocation;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;

import org.jspecify.annotations.Nullable;

/// Checks an image: counts all references, compares them with the stored refcounts, and the COPIED
/// flags with those (qcow2 specification, "Refcounts"). Repairs refcounts and flags where asked: in
/// place, or by new refcount structures where a cluster in use has no refcount, so that it could
/// have been taken for another use.
///
/// The caller keeps everyone else off the image, has written its caches back, and drops them after
/// a repair. A repair is not done where a table could not be followed, since what seems unused may
/// then be in use.
final class ImageCheck {
    private static final int BATCH_LONGS = 1 << 17;

    /// Most clusters of a file that are counted; a larger file is refused.
    private static final long MAX_CLUSTERS = 1L << 32;

    /// Names a new refcount table in the image's header.
    @FunctionalInterface
    interface TableSwitch {
        void moveTo(TableLocation table) throws BlockException;
    }

    private final ImageFile file;
    private final Qcow2Header header;
    private final TableSwitch tableSwitch;
    private final Geometry geometry;
    private final CheckTally tally;
    private final ClusterCounts references;
    private final ClusterCounts refcounts;
    private final RefcountCodec codec;
    private long[] refcountTable;
    private final byte[] block;

    ImageCheck(ImageFile file, Qcow2Header header, TableSwitch tableSwitch, CheckRequest request)
            throws BlockException {
        this.file = file;
        this.header = header;
        this.tableSwitch = tableSwitch;
        this.geometry = header.geometry();
        this.tally = new CheckTally(request);
        long clusters = geometry.clusters(file.length());
        if (clusters > MAX_CLUSTERS) {
            throw new BlockException(Errno.EFBIG, Errno.EFBIG.text());
        }
        this.references = new ClusterCounts(clusters);
        this.refcounts = new ClusterCounts(clusters);
        this.codec = new RefcountCodec(geometry.refcountOrder());
        this.refcountTable = new long[header.refcountTable().count() << geometry.l2Bits()];
        this.block = new byte[geometry.clusterSize()];
    }

    CheckResult run() throws BlockException {
        file.readLongs(header.refcountTable().offset(), refcountTable, 0, refcountTable.length);
        ReferenceWalk walk = new ReferenceWalk(file, header, tally, references);
        walk.run();
        countRefblocks(walk);
        refcounts.growTo(references.clusters());
        compareAndRepair();
        checkCopiedFlags();
        if (tally.corruptionsFixed + tally.leaksFixed > 0) {
            file.flush();
        }
        return tally.result(geometry.clusters(header.size()));
    }

    // ---- refcount blocks

    private void countRefblocks(ReferenceWalk walk) {
        for (int i = 0; i < refcountTable.length; i++) {
            long entry = refcountTable[i];
            long offset = blockOffset(entry);
            if (entry == 0) {
                continue;
            }
            if ((entry & ~Qcow2Layout.REFBLOCK_OFFSET_MASK) != 0) {
                badRefblock("refcount table entry " + i + " has reserved bits set");
            } else if (!geometry.isAligned(offset)) {
                badRefblock(
                        "refcount block "
                                + i
                                + " is not cluster aligned; refcount table entry corrupted");
            } else if (isUsable(entry) || repairedOutside(i, offset)) {
                walk.count(offset, geometry.clusterSize());
                long count = references.get(offset >>> geometry.clusterBits());
                if (count != 1) {
                    badRefblock("refcount block " + i + " refcount=" + count);
                }
            }
        }
    }

    /// Reports a block behind the file's end. Where errors are repaired the file grows over it, so
    /// that there is a block, of zeroes; the refcount structures are written anew if it cannot.
    private boolean repairedOutside(int index, long offset) {
        String text = "refcount block " + index + " is outside image";
        if (!tally.request().fixErrors()) {
            tally.corruption(text);
            return false;
        }
        tally.say("Repairing " + text);
        Errno failure = growOver(offset);
        if (failure != null) {
            badRefblock("could not resize image: " + failure.text());
            return false;
        }
        tally.corruptionsFixed++;
        return true;
    }

    /// Makes the file reach behind the cluster at an offset. Null if that is done, or why it cannot
    /// be.
    private @Nullable Errno growOver(long offset) {
        if (offset < 0 || offset > Long.MAX_VALUE - geometry.clusterSize()) {
            return Errno.EINVAL;
        }
        if (offset >>> geometry.clusterBits() >= MAX_CLUSTERS) {
            return Errno.EFBIG;
        }
        try {
            long end = offset + geometry.clusterSize();
            file.child().truncate(end, false, Preallocation.OFF, false);
            return null;
        } catch (BlockException e) {
            return e.errno();
        }
    }

    private void badRefblock(String text) {
        tally.corruption(text);
        tally.needsRebuild = true;
    }

    /// The offset of the refcount block that an entry names, 0 if it names none. Reserved bits,
    /// which were reported, are left out.
    private static long blockOffset(long entry) {
        return entry & Qcow2Layout.REFBLOCK_OFFSET_MASK;
    }

    /// Whether there is a refcount block that can be read; its offset is then a cluster of the
    /// file.
    private boolean isUsable(long entry) {
        long offset = blockOffset(entry);
        return offset != 0
                && geometry.isAligned(offset)
                && offset >>> geometry.clusterBits() < geometry.clusters(file.length());
    }

    // ---- refcounts

    private void compareAndRepair() throws BlockException {
        CheckRequest request = tally.request();
        long corruptionsBefore = tally.corruptions;
        long leaksBefore = tally.leaks;
        long errorsBefore = tally.checkErrors;
        compare(false, false);
        if (!request.fixLeaks() && !request.fixErrors()) {
            return;
        }
        if (tally.needsRebuild) {
            if (!request.fixErrors() || tally.isIncomplete || tally.hasOverflow) {
                tally.say("ERROR need to rebuild refcount structures");
                throw new BlockException(Errno.EIO, Errno.EIO.text());
            }
            rebuild();
            return;
        }
        if (tally.isIncomplete
                || (tally.leaks == leaksBefore && tally.corruptions == corruptionsBefore)) {
            return;
        }
        tally.corruptions = corruptionsBefore;
        tally.leaks = leaksBefore;
        tally.checkErrors = errorsBefore;
        compare(request.fixLeaks(), request.fixErrors());
    }

    /// Writes new refcount structures, and frees the old ones once the header names the new.
    private void rebuild() throws BlockException {
        tally.say("Rebuilding refcount structure");
        countDamagedEntries();
        RefcountRebuild rebuilt = new RefcountRebuild(file, geometry, references);
        tableSwitch.moveTo(rebuilt.write());
        uncountOldStructures();
        refcounts.growTo(references.clusters());
        refcountTable = rebuilt.table();
        tally.corruptionsFixed += tally.corruptions;
        tally.corruptions = 0;
        tally.checkErrors = 0;
        long leaksFixed = tally.leaksFixed + tally.leaks;
        tally.leaks = 0;
        compare(true, false);
        tally.leaksFixed = leaksFixed;
    }

    /// Keeps the blocks of entries with reserved bits, which were not counted, from being reused
    /// before the old structures are given up.
    private void countDamagedEntries() {
        for (long entry : refcountTable) {
            if (isUsable(entry) && entry != blockOffset(entry)) {
                references.increment(entry >>> geometry.clusterBits());
            }
        }
    }

    private void uncountOldStructures() {
        TableLocation table = header.refcountTable();
        long first = table.offset() >>> geometry.clusterBits();
        for (long cluster = first; cluster < first + table.count(); cluster++) {
            references.decrement(cluster);
        }
        for (long entry : refcountTable) {
            if (isUsable(entry)) {
                references.decrement(entry >>> geometry.clusterBits());
            }
        }
    }

    private void compare(boolean fixLeaks, boolean fixErrors) throws BlockException {
        long clusters = references.clusters();
        long perBlock = geometry.refblockEntries();
        for (long first = 0; first < clusters; first += perBlock) {
            int index = (int) (first >>> geometry.refblockBits());
            long entry = index < refcountTable.length ? refcountTable[index] : 0;
            int n = (int) Math.min(perBlock, clusters - first);
            boolean usable = isUsable(entry);
            if (usable) {
                file.readBytes(blockOffset(entry), block, 0, block.length);
            } else if (!geometry.isAligned(blockOffset(entry))) {
                reportUnreadable(first, n);
                continue;
            }
            if (compareBlock(first, n, usable, fixLeaks, fixErrors)) {
                file.writeBytes(blockOffset(entry), block, 0, block.length);
            }
        }
    }

    private void reportUnreadable(long first, int n) {
        long end = Math.min(first + n, geometry.clusters(file.length()));
        for (long cluster = first; cluster < end; cluster++) {
            tally.say("Can't get refcount for cluster " + cluster + ": Input/output error");
            tally.checkErrors++;
        }
    }

    /// True if the block has to be written.
    private boolean compareBlock(
            long first, int n, boolean usable, boolean fixLeaks, boolean fixErrors) {
        boolean changed = false;
        for (int i = 0; i < n; i++) {
            long cluster = first + i;
            long stored = usable ? codec.get(block, i) : 0;
            long counted = references.get(cluster);
            if (stored == 0 && counted == 0) {
                continue;
            }
            tally.imageEnd = (cluster + 1) << geometry.clusterBits();
            if (stored != counted) {
                boolean leak = Long.compareUnsigned(stored, counted) > 0;
                boolean fix =
                        (leak ? fixLeaks : fixErrors)
                                && usable
                                && Long.compareUnsigned(counted, geometry.maxRefcount()) <= 0;
                report(cluster, stored, counted, leak, fix);
                tally.needsRebuild |= stored == 0;
                tally.hasOverflow |= Long.compareUnsigned(counted, geometry.maxRefcount()) > 0;
                if (fix) {
                    codec.set(block, i, counted);
                    stored = counted;
                    changed = true;
                }
            }
            refcounts.set(cluster, stored);
        }
        return changed;
    }

    private void report(long cluster, long stored, long counted, boolean leak, boolean fix) {
        tally.say(
                (fix ? "Repairing" : leak ? "Leaked" : "ERROR")
                        + " cluster "
                        + cluster
                        + " refcount="
                        + Long.toUnsignedString(stored)
                        + " reference="
                        + counted);
        if (leak) {
            tally.leaksFixed += fix ? 1 : 0;
            tally.leaks += fix ? 0 : 1;
        } else {
            tally.corruptionsFixed += fix ? 1 : 0;
            tally.corruptions += fix ? 0 : 1;
        }
    }

    // ---- COPIED flags of the active tables

    private void checkCopiedFlags() throws BlockException {
        CheckRequest request = tally.request();
        boolean sound = tally.checkErrors == 0 && tally.corruptions == 0 && tally.leaks == 0;
        boolean fix = request.fixErrors() || (request.fixLeaks() && sound);
        int entries = header.l1().count();
        long[] l1 = new long[Math.min(entries, BATCH_LONGS)];
        long[] l2 = new long[geometry.l2Entries()];
        for (int first = 0; first < entries; first += BATCH_LONGS) {
            int n = Math.min(BATCH_LONGS, entries - first);
            long offset = header.l1().offset() + (long) first * Long.BYTES;
            if (offset + (long) n * Long.BYTES > file.length()) {
                return;
            }
            file.readLongs(offset, l1, 0, n);
            if (checkCopied(l1, n, first, l2, fix)) {
                file.writeLongs(offset, l1, 0, n);
            }
        }
    }

    /// True if an L1 entry was changed.
    private boolean checkCopied(long[] l1, int n, int first, long[] l2, boolean fix)
            throws BlockException {
        boolean changed = false;
        for (int i = 0; i < n; i++) {
            long table = l1[i] & Qcow2Layout.OFFSET_MASK;
            if (table == 0) {
                continue;
            }
            long refcount = refcounts.get(table >>> geometry.clusterBits());
            if ((refcount == 1) != ((l1[i] & Qcow2Layout.COPIED) != 0)) {
                reportCopied(
                        "L2 cluster: l1_index="
                                + (first + i)
                                + " l1_entry="
                                + Long.toHexString(l1[i]),
                        refcount,
                        fix);
                l1[i] = withCopied(l1[i], refcount);
                changed |= fix;
            }
            if (!geometry.isAligned(table) || table > file.length() - geometry.clusterSize()) {
                continue;
            }
            file.readLongs(table, l2, 0, l2.length);
            if (checkCopied(l2, fix)) {
                file.writeLongs(table, l2, 0, l2.length);
            }
        }
        return changed;
    }

    private boolean checkCopied(long[] l2, boolean fix) {
        boolean changed = false;
        for (int i = 0; i < l2.length; i++) {
            long entry = l2[i];
            if (entry == 0 || !ClusterKind.of(entry).hasHostCluster()) {
                continue;
            }
            long cluster = (entry & Qcow2Layout.OFFSET_MASK) >>> geometry.clusterBits();
            long refcount = refcounts.get(cluster);
            if ((refcount == 1) != ((entry & Qcow2Layout.COPIED) != 0)) {
                reportCopied("data cluster: l2_entry=" + Long.toHexString(entry), refcount, fix);
                l2[i] = withCopied(entry, refcount);
                changed |= fix;
            }
        }
        return changed;
    }

    private static long withCopied(long entry, long refcount) {
        return refcount == 1 ? entry | Qcow2Layout.COPIED : entry & ~Qcow2Layout.COPIED;
    }

    private void reportCopied(String text, long refcount, boolean fix) {
        tally.say(
                (fix ? "Repairing" : "ERROR")
                        + " OFLAG_COPIED "
                        + text
                        + " refcount="
                        + Long.toUnsignedString(refcount));
        tally.corruptionsFixed += fix ? 1 : 0;
        tally.corruptions += fix ? 0 : 1;
    }
}
