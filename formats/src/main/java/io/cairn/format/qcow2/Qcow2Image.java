package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.NodeFlags;
import io.cairn.block.spi.BackingReference;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.OpenContext;
import io.cairn.block.spi.Pin;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/// An open image over its storage: header, tables and caches behind one metadata lock.
///
/// The lock is held while metadata are read from or written to the storage, never while guest data
/// move. Everything but the header is used with it held.
final class Qcow2Image {
    /// One cluster in this many without space on the storage makes an image one that was
    /// preallocated, as far as one can tell; but not a single cluster.
    private static final int SPARSE_SHARE = 10;

    private static final int MIN_SPARSE = 2;

    /// Slices that are not worth a thread to let them go.
    private static final int FEW_SLICES = 16;

    private final ImageFile file;
    private final Geometry geometry;
    private final Corruption corruption;
    private final @Nullable Encryption encryption;
    private final Epochs epochs = new Epochs();
    private final PendingFrees frees = new PendingFrees(epochs);
    private final ReentrantLock lock = new ReentrantLock();
    private final PlansInFlight plans = new PlansInFlight(lock.newCondition());
    private final L1Table l1;
    private final SnapshotTable snapshots;
    private final OverlapChecker overlaps;
    private final MetadataWriter writer;
    private final GuestTables tables;

    /// Changed with the lock held, read anywhere.
    private volatile Qcow2Header header;

    private volatile @Nullable Boolean preallocated;

    /// Whether the dirty bit was set here, and so may be cleared when all is written.
    private boolean isMarkedDirty;

    private RuntimeOptions options;
    private NodeFlags flags;
    private L2Cache l2;
    private @Nullable Refcounts refcounts;
    private @Nullable ClusterAllocator allocator;
    private CacheCleaner cleaner;

    private Qcow2Image(
            OpenContext context,
            ImageFile file,
            Qcow2Header header,
            L1Table l1,
            SnapshotTable snapshots,
            RuntimeOptions options,
            @Nullable Encryption encryption)
            throws BlockException {
        this.encryption = encryption;
        this.file = file;
        this.header = header;
        this.geometry = header.geometry();
        this.l1 = l1;
        this.snapshots = snapshots;
        this.options = options;
        this.flags = context.flags();
        this.corruption =
                new Corruption(
                        context.node().name(),
                        context.events(),
                        !flags.readOnly(),
                        this::markCorrupt);
        this.overlaps = new OverlapChecker(this, options.overlapChecks());
        this.writer = new MetadataWriter(this);
        this.tables = new GuestTables(this);
        this.l2 = newL2Cache(cacheSizes(options));
        this.cleaner = newCleaner();
    }

    private CacheCleaner newCleaner() {
        return CacheCleaner.ofSeconds(options.cleanIntervalSeconds(), this::cleanCaches);
    }

    /// Lets go of clean metadata that were not used since the last call.
    void cleanCaches() {
        lock.lock();
        try {
            l2.clean();
            Refcounts loaded = refcounts;
            if (loaded != null) {
                loaded.clean();
            }
        } finally {
            lock.unlock();
        }
    }

    private L2Cache newL2Cache(CacheSizes sizes) {
        return new L2Cache(file, geometry, l1, corruption, sizes, writer::writeBack);
    }

    private CacheSizes cacheSizes(RuntimeOptions wanted) throws BlockException {
        return CacheSizes.of(wanted.caches(), geometry, header.size());
    }

    /// Opens an image whose header was read. If it is writable, feature bits that we do not know
    /// go, and an image that was not closed is repaired, unless it is opened to be checked.
    ///
    /// @param context takes what the repair has to say
    /// @param encryption null if guest data are not encrypted
    static Qcow2Image open(
            OpenContext context,
            Child child,
            Qcow2Header header,
            RuntimeOptions options,
            @Nullable Encryption encryption)
            throws BlockException {
        NodeFlags flags = context.flags();
        requireLazyPossible(header, options);
        ImageFile file = new ImageFile(child);
        L1Table l1 = L1Table.read(file, header.l1());
        SnapshotTable snapshots =
                header.snapshots().count() == 0 || flags.check()
                        ? SnapshotTable.empty(file)
                        : SnapshotTable.read(file, header);
        Qcow2Image image =
                new Qcow2Image(context, file, header, l1, snapshots, options, encryption);
        if (image.isWritable()) {
            image.clearUnknownFeatures();
            if (header.features().isDirty() && !flags.check()) {
                image.repairDirty(context::warn);
            }
        }
        return image;
    }

    private void clearUnknownFeatures() throws BlockException {
        Features features = header.features();
        long known = features.autoclear() & Qcow2Layout.AUTOCLEAR_KNOWN;
        if (known != features.autoclear()) {
            updateHeader(
                    header.withFeatures(features.withAutoclear(known)), HeaderWriter.Part.FEATURES);
        }
    }

    private void repairDirty(CheckRequest.Messages messages) throws BlockException {
        CheckResult result;
        try {
            result = check(new CheckRequest(true, true, messages));
        } catch (BlockException e) {
            throw e.prefixed("Could not repair dirty image");
        }
        if (result.corruptions() > 0 || result.checkErrors() > 0) {
            throw BlockException.of(Errno.EIO, "Could not repair dirty image");
        }
    }

    // ---- parts

    ImageFile file() {
        return file;
    }

    Geometry geometry() {
        return geometry;
    }

    Qcow2Header header() {
        return header;
    }

    Corruption corruption() {
        return corruption;
    }

    /// How guest data are encrypted, null if they are not.
    @Nullable Encryption encryption() {
        return encryption;
    }

    PendingFrees frees() {
        return frees;
    }

    PlansInFlight plans() {
        return plans;
    }

    L1Table l1() {
        return l1;
    }

    SnapshotTable snapshots() {
        return snapshots;
    }

    L2Cache l2() {
        return l2;
    }

    OverlapChecker overlaps() {
        return overlaps;
    }

    MetadataWriter writer() {
        return writer;
    }

    GuestTables tables() {
        return tables;
    }

    /// The refcounts, read when they are first needed.
    Refcounts refcounts() throws BlockException {
        Refcounts loaded = refcounts;
        if (loaded == null) {
            loaded =
                    Refcounts.read(
                            file,
                            geometry,
                            corruption,
                            header.refcountTable(),
                            cacheSizes(options));
            refcounts = loaded;
        }
        return loaded;
    }

    /// The refcounts if they were needed before, else null.
    @Nullable Refcounts loadedRefcounts() {
        return refcounts;
    }

    ClusterAllocator allocator() throws BlockException {
        ClusterAllocator made = allocator;
        if (made == null) {
            made = new ClusterAllocator(this, refcounts(), flags.noFlush());
            allocator = made;
        }
        return made;
    }

    // ---- use

    /// Keeps host offsets that are looked up from now on valid.
    Pin pin() {
        return epochs.pin();
    }

    /// Takes the metadata lock.
    void lock() {
        lock.lock();
    }

    void unlock() {
        if (l2.residentSlices() > FEW_SLICES) {
            cleaner.start();
        }
        lock.unlock();
    }

    boolean isWritable() {
        return !flags.readOnly();
    }

    /// Whether refcounts are written late, under the protection of the dirty bit.
    boolean hasLazyRefcounts() {
        Boolean asked = options.lazyRefcounts();
        return asked != null ? asked : header.features().hasLazyRefcounts();
    }

    /// Whether the space of clusters freed for a reason is given back to the storage.
    boolean passesDiscard(FreeReason reason) {
        Boolean asked = options.passDiscardRequest();
        return switch (reason) {
            case REQUEST -> asked != null ? asked : flags.unmap();
            case OTHER -> options.passDiscardOther();
            case ALWAYS -> true;
            case NEVER -> false;
        };
    }

    /// Prepares the header for the first change after opening: features that do not survive a
    /// change by us are cleared, and the image is marked dirty if refcounts will be late.
    void prepareToModify() throws BlockException {
        Features features = header.features();
        boolean mustMark = hasLazyRefcounts() && !features.isDirty();
        if (features.autoclear() == 0 && !mustMark) {
            return;
        }
        Features now = features.withAutoclear(0);
        if (mustMark) {
            now = now.withIncompatible(Qcow2Layout.INCOMPATIBLE_DIRTY, true);
        }
        updateHeader(header.withFeatures(now), HeaderWriter.Part.FEATURES);
        isMarkedDirty |= mustMark;
        file.flush();
    }

    /// Marks the image on disk so that it is repaired if it is opened without having been closed.
    /// Features that do not survive a change by us are cleared.
    void markDirty() throws BlockException {
        Features marked =
                header.features()
                        .withAutoclear(0)
                        .withIncompatible(Qcow2Layout.INCOMPATIBLE_DIRTY, true);
        updateHeader(header.withFeatures(marked), HeaderWriter.Part.FEATURES);
        file.flush();
        isMarkedDirty = true;
    }

    /// Takes over tables that were written anew, and says in the header that the image is clean
    /// unless refcounts are late.
    void restarted() throws BlockException {
        l1.moved(header.l1());
        reload();
        if (!hasLazyRefcounts()) {
            file.flush();
            markClean();
        }
    }

    private void markClean() throws BlockException {
        Features clean = header.features().withIncompatible(Qcow2Layout.INCOMPATIBLE_DIRTY, false);
        updateHeader(header.withFeatures(clean), HeaderWriter.Part.FEATURES);
        isMarkedDirty = false;
    }

    /// Writes a part of the header, and takes the header over.
    void updateHeader(Qcow2Header changed, HeaderWriter.Part part) throws BlockException {
        byte[] bytes = new byte[part.length()];
        HeaderWriter.encodePart(changed, part, ByteBuffer.wrap(bytes));
        file.writeBytes(part.offset(), bytes, 0, bytes.length);
        header = changed;
    }

    private void markCorrupt() throws BlockException {
        if (header.isVersion3()) {
            Features marked =
                    header.features().withIncompatible(Qcow2Layout.INCOMPATIBLE_CORRUPT, true);
            updateHeader(header.withFeatures(marked), HeaderWriter.Part.FEATURES);
        }
    }

    /// Checks new options and flags, and writes back what they do not allow to keep. Nothing is in
    /// flight until the result is committed or aborted.
    Reopening prepareReopen(RuntimeOptions newOptions, NodeFlags newFlags) throws BlockException {
        requireLazyPossible(header, newOptions);
        boolean becomesWritable = flags.readOnly() && !newFlags.readOnly();
        if (becomesWritable && header.features().isCorrupt()) {
            throw new CorruptImageException(
                    Errno.EACCES, "qcow2: Image is corrupt; cannot be opened read/write");
        }
        CacheSizes caches = cacheSizes(newOptions);
        lock.lock();
        try {
            if (isWritable() && !corruption.isFatal()) {
                deactivate();
            }
        } finally {
            lock.unlock();
        }
        return new Reopening(this, newOptions, newFlags, caches);
    }

    /// Takes over what was prepared.
    void apply(Reopening reopening) {
        lock.lock();
        try {
            options = reopening.options();
            flags = reopening.flags();
            corruption.setWritable(isWritable());
            overlaps.setChecks(options.overlapChecks());
            l2 = newL2Cache(reopening.caches());
            cleaner.close();
            cleaner = newCleaner();
            Refcounts loaded = refcounts;
            if (loaded != null) {
                loaded.setCacheSize(reopening.caches().refcountBlocks());
            }
        } finally {
            lock.unlock();
        }
    }

    /// Records another backing file in the header.
    ///
    /// @param reference null for none
    /// @throws BlockException with `EINVAL` if the name is longer than the format allows
    void changeBacking(@Nullable BackingReference reference) throws BlockException {
        if (reference != null
                && reference.filename().getBytes(StandardCharsets.UTF_8).length
                        > Qcow2Layout.MAX_BACKING_NAME_LENGTH) {
            throw new BlockException(Errno.EINVAL, Errno.EINVAL.text());
        }
        lock.lock();
        try {
            prepareToModify();
            Qcow2Header changed = HeaderWriter.fit(header.withBacking(reference));
            byte[] cluster = new byte[geometry.clusterSize()];
            HeaderWriter.encode(changed, ByteBuffer.wrap(cluster));
            file.writeBytes(0, cluster, 0, cluster.length);
            header = changed;
        } finally {
            lock.unlock();
        }
    }

    /// Writes everything back and says in the header that the image is clean. Nothing is in flight.
    private void deactivate() throws BlockException {
        writer.finish();
        if (isMarkedDirty) {
            markClean();
        }
    }

    /// Gives clusters back that a failed operation had allocated and nothing refers to. If that
    /// fails too, they stay counted: space is lost, nothing else.
    void abandon(long offset, long count) {
        try {
            allocator().freeUnused(offset, count);
        } catch (BlockException e) {
            return;
        }
    }

    /// Takes away the reference that an L2 entry was. The entry is removed in memory.
    void freeEntry(long entry, FreeReason reason) {
        switch (ClusterKind.of(entry)) {
            case DATA, ZERO_ALLOCATED -> {
                long offset = entry & Qcow2Layout.OFFSET_MASK;
                if (geometry.isAligned(offset)) {
                    frees.add(offset >>> geometry.clusterBits(), 1, reason);
                } else {
                    corruption.harmless("Cannot free unaligned cluster " + Hex.of(offset), -1, -1);
                }
            }
            case COMPRESSED -> {
                CompressedExtent extent = CompressedExtent.of(entry, geometry);
                frees.add(extent.firstCluster(geometry), extent.clusters(geometry), reason);
            }
            case UNALLOCATED, ZERO_PLAIN -> {}
        }
    }

    /// Ends the use of the image: what is cached is written, unless the image is beyond use. What
    /// fails leaves both caches behind, since neither may be written without the other.
    void close() throws BlockException {
        cleaner.close();
        if (!isWritable() || corruption.isFatal()) {
            return;
        }
        lock.lock();
        try {
            deactivate();
        } catch (BlockException e) {
            BlockException failure =
                    BlockException.of(e.errno(), "Failed to flush the L2 table cache");
            failure.initCause(e);
            failure.addSuppressed(
                    BlockException.of(e.errno(), "Failed to flush the refcount block cache"));
            throw failure;
        } finally {
            lock.unlock();
        }
    }

    /// Whether so little of the storage is allocated that some of it may never have been written.
    /// Asked of the storage once.
    boolean isPreallocated() {
        Boolean known = preallocated;
        if (known == null) {
            long allocated = file.child().allocatedLength();
            long clusters = geometry.clusters(file.length());
            known =
                    allocated >= 0
                            && clusters - (allocated >>> geometry.clusterBits())
                                    >= Math.max(MIN_SPARSE, clusters / SPARSE_SHARE);
            preallocated = known;
        }
        return known;
    }

    /// Checks the image, and repairs it where asked. Nothing is in flight.
    CheckResult check(CheckRequest request) throws BlockException {
        lock.lock();
        try {
            if (isWritable()) {
                writer.finish();
            }
            CheckResult result =
                    new ImageCheck(file, header, this::switchRefcountTable, request).run();
            reload();
            boolean isClean = result.corruptions() == 0 && result.checkErrors() == 0;
            if (isWritable() && request.fixErrors() && isClean) {
                clearDamage();
            }
            return result;
        } finally {
            lock.unlock();
        }
    }

    private void switchRefcountTable(TableLocation table) throws BlockException {
        updateHeader(header.withRefcountTable(table), HeaderWriter.Part.REFCOUNT_TABLE);
        file.flush();
    }

    /// Drops what is cached: the storage was changed behind it.
    private void reload() throws BlockException {
        l1.reload();
        l2 = newL2Cache(cacheSizes(options));
        refcounts = null;
        allocator = null;
        overlaps.reload();
    }

    private void clearDamage() throws BlockException {
        Features features = header.features();
        long damage = Qcow2Layout.INCOMPATIBLE_DIRTY | Qcow2Layout.INCOMPATIBLE_CORRUPT;
        if ((features.incompatible() & damage) != 0) {
            file.flush();
            updateHeader(
                    header.withFeatures(features.withIncompatible(damage, false)),
                    HeaderWriter.Part.FEATURES);
        }
    }

    // ---- checks

    private static void requireLazyPossible(Qcow2Header header, RuntimeOptions options)
            throws BlockException {
        if (Boolean.TRUE.equals(options.lazyRefcounts()) && !header.isVersion3()) {
            throw new InvalidOptionException(
                    "Lazy refcounts require a qcow2 image with at least qemu 1.1 compatibility"
                            + " level");
        }
    }

    /// Checks what an L2 entry says before it is used.
    void requireSound(ClusterKind kind, long entry, long guestCluster) throws BlockException {
        if (kind.isZero() && !header.hasZeroClusters()) {
            throw corruption.fatal(
                    "Zero cluster entry found in pre-v3 image" + place(guestCluster), -1, -1);
        }
        if (kind.hasHostCluster() && !geometry.isAligned(entry & Qcow2Layout.OFFSET_MASK)) {
            throw corruption.fatal(
                    (kind == ClusterKind.DATA
                                    ? "Cluster allocation offset "
                                    : "Preallocated zero cluster offset ")
                            + Hex.of(entry & Qcow2Layout.OFFSET_MASK)
                            + " unaligned"
                            + place(guestCluster),
                    -1,
                    -1);
        }
    }

    /// Checks the host offset of an L2 entry before guest data are written there.
    void requireAlignedForWrite(long entry, long guestCluster) throws BlockException {
        long offset = entry & Qcow2Layout.OFFSET_MASK;
        if (!geometry.isAligned(offset)) {
            throw corruption.fatal(
                    (ClusterKind.of(entry).isZero() ? "Preallocated zero" : "Data")
                            + " cluster offset "
                            + Hex.of(offset)
                            + " unaligned (guest offset: "
                            + Hex.of(guestCluster << geometry.clusterBits())
                            + ")",
                    -1,
                    -1);
        }
    }

    private String place(long guestCluster) {
        int l1Index = (int) l2.l1Index(guestCluster);
        return " (L2 offset: "
                + Hex.of(l1.tableOffset(l1Index))
                + ", L2 index: "
                + Hex.of(guestCluster & (geometry.l2Entries() - 1))
                + ")";
    }
}
