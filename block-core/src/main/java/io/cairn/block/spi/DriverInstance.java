package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.PageSink;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// An open node as its driver sees it: the part of a node that differs from driver to driver.
///
/// A driver implements {@link #map} and what it can do better than the generic layer, which has
/// checked bounds, alignment, limits and permissions before it calls. Methods block and are called
/// from many threads at once; requests that overlap may run at the same time unless one of them is
/// serialising. Buffers are direct, used from position to limit without moving either, and never
/// kept.
public abstract class DriverInstance {
    /// An allocated length that is the sum of what the node's storage children occupy.
    public static final long ASK_CHILDREN = -1;

    /// An allocated length that nobody knows.
    public static final long UNKNOWN = -2;

    /// The node's length in bytes, exact (the graph rounds it up to 512).
    public abstract long length() throws BlockException;

    /// True if the length may change without a call of ours (a growing file, a host device).
    public boolean hasVariableLength() {
        return false;
    }

    /// What the node asks of requests. `inherited` is what its data-carrying children ask of
    /// buffers and of long transfers; their alignment is not in it, since a child widens what comes
    /// unaligned itself. Read after opening, reopening and a change of children.
    public Limits limits(Limits inherited) {
        return inherited;
    }

    /// Where a guest range is: one step, for a prefix of it. Called with a pin held if the answer
    /// is used to move data.
    public abstract Mapping map(long offset, long length) throws BlockException;

    /// A second, slower answer that also knows zeroes which {@link #map} does not look for.
    public Mapping mapForStatus(long offset, long length, boolean wantZero) throws BlockException {
        return map(offset, length);
    }

    /// Keeps mappings valid until it is closed.
    public Pin pin() {
        return Pin.NONE;
    }

    /// True if every read must come to {@link #read} itself, not to {@link #map}.
    public boolean readsItself() {
        return false;
    }

    /// True if the node goes away when the job that made it is over; a link that must stay cannot
    /// lead to it.
    public boolean isTemporary() {
        return false;
    }

    /// The child that every read shows as it is, at the same offsets, or null: a short cut past
    /// {@link #map}. May change with a reopen.
    public @Nullable Child shown() {
        return null;
    }

    /// Reads a range whose mapping is `Stored`, `Transformed` or `Opaque`, or any range if {@link
    /// #readsItself}. What lies beyond the driver's end reads as zeroes.
    public void read(long offset, ByteBuffer dst) throws BlockException {
        throw unsupported();
    }

    /// Writes a range. A protocol grows its storage when the range goes beyond the end.
    public abstract void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException;

    /// The write flags that the driver honours itself; the generic layer flushes after a write
    /// whose `fua` is not among them.
    public boolean supportsFua() {
        return false;
    }

    /// Makes a range read as zeroes without writing them out; false if that cannot be done for this
    /// range, which is then as it was (the generic layer writes zeroes, or refuses if `flags` has
    /// `noFallback`).
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        return false;
    }

    /// Gives a range back. May do nothing.
    public void discard(long offset, long length) throws BlockException {}

    /// Stores one cluster (or the image's shorter tail) compressed. A write of nothing ends a
    /// series of them.
    public void writeCompressed(long offset, ByteBuffer src) throws BlockException {
        throw unsupported();
    }

    /// True if {@link #writeCompressed}, {@link #pack} and {@link #writePacked} work. A filter that
    /// lets compressed writes pass says so too; whether its child takes them is seen when something
    /// is written.
    public boolean supportsCompressedWrites() {
        return false;
    }

    /// Packs one cluster, or the image's shorter tail, as the image's compression does: the part of
    /// a compressed write that costs the time. Takes no lock and changes nothing.
    ///
    /// @param packed takes the result; as long as `src`
    /// @return the length of the result, or 0 if packing does not make the cluster smaller
    public int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        throw unsupported();
    }

    /// Stores one cluster, or the image's shorter tail, that is packed already.
    ///
    /// @param length the guest's bytes
    /// @param packed what {@link #pack} made of them, from position to limit
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        throw unsupported();
    }

    /// Writes what the driver caches to its children, in an order that keeps the image consistent.
    public void flushCaches() throws BlockException {}

    /// What the driver alone counts, by the names of the QMP schema (`BlockStatsSpecific`); empty
    /// if it counts nothing.
    public Map<String, Long> specificStatistics() {
        return Map.of();
    }

    /// True if a flush of this node flushes a child too.
    public boolean flushes(Child child) {
        return true;
    }

    /// Makes the driver's own storage stable (a protocol).
    public void flushToDisk() throws BlockException {}

    /// Sets the length; see {@link Child#truncate}.
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        throw new BlockException(Errno.ENOTSUP, "Image format driver does not support resize");
    }

    /// The bytes that this node's own storage occupies on the host, {@link #ASK_CHILDREN} or {@link
    /// #UNKNOWN}.
    public long allocatedLength() {
        return ASK_CHILDREN;
    }

    /// True if bytes that were never written read as zeroes, as after creation.
    public boolean hasZeroInit() {
        return false;
    }

    /// Copies a range that a protocol's node stores into this node inside the host. A format whose
    /// writes are not planned passes it to the child that takes it. False if that cannot be done;
    /// the range is then as it was, or part of it has that data.
    ///
    /// @param storageOffset bytes of what `storage` stores
    public boolean copyFrom(DriverInstance storage, long storageOffset, long offset, long length)
            throws BlockException {
        return false;
    }

    /// Puts a range into a sink without a copy, if this node's data always are in the same place of
    /// the same file of the host. If false is returned, or on a failure, the sink is of no further
    /// use.
    public boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        return false;
    }

    /// Reads from the area where an image keeps a machine's state. The offset counts from the
    /// area's start.
    public void readVmState(long offset, ByteBuffer dst) throws BlockException {
        throw unsupported();
    }

    /// Writes to the area where an image keeps a machine's state.
    public void writeVmState(long offset, ByteBuffer src) throws BlockException {
        throw unsupported();
    }

    /// Drops all guest data of this node, so that its backing shows through everywhere.
    public void makeEmpty() throws BlockException {
        throw unsupported();
    }

    /// True if {@link #makeEmpty} works.
    public boolean supportsMakeEmpty() {
        return false;
    }

    /// What this node needs of a child and shares of it, given what its own parents need and share.
    ///
    /// @param writable true unless the node is read-only
    public abstract ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable);

    /// Takes host locks or refuses for new cumulative permissions. Nobody's I/O changes before the
    /// commit.
    public Prepared preparePermissions(Permissions needed, Permissions shared)
            throws BlockException {
        return Prepared.NOTHING;
    }

    /// True if the node can get other options and flags while it is open.
    public boolean supportsReopen() {
        return true;
    }

    /// Prepares new options and flags.
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        return Prepared.NOTHING;
    }

    /// The names of those driver options that go back to their default when a reopen does not give
    /// them; the others must be given again.
    public Set<String> resettableOptions() {
        return Set.of();
    }

    /// Removes from a node's old options those that new ones replace under another name, when a
    /// reopen keeps what it was not given.
    public void forgetReplaced(Options old, Options given) {}

    /// What the image says of its backing file; present with a format that has one.
    public Optional<BackingReference> backingReference() {
        return Optional.empty();
    }

    /// Records another backing file in the image; null for none.
    public void changeBackingReference(@Nullable BackingReference reference) throws BlockException {
        throw unsupported();
    }

    /// What the tools print of an open image.
    public FormatInfo info() throws BlockException {
        return FormatInfo.NONE;
    }

    /// The internal snapshots of the image, in its own order.
    public List<SnapshotInfo> snapshots() throws BlockException {
        return List.of();
    }

    /// The persistent bitmaps of the image; empty if the image cannot keep any.
    public Optional<List<BitmapInfo>> persistentBitmaps() throws BlockException {
        return Optional.empty();
    }

    /// The plain name by which the storage could be opened without options, if there is one; of a
    /// node that goes by the name of its child, that name, which may be a `json:` one.
    public Optional<String> exactFilename() {
        return Optional.empty();
    }

    /// The driver's own options that a `json:` filename must carry to open the same node again:
    /// those that change what a guest reads or where it is kept, and were given explicitly.
    public Options identityOptions() {
        return new Options();
    }

    /// Looks at all metadata. Only formats that keep allocation metadata can.
    public CheckResult check(CheckRequest request) throws BlockException {
        throw new BlockException(Errno.ENOTSUP, "This image format does not support checks");
    }

    /// True if {@link #check} works.
    public boolean supportsCheck() {
        return false;
    }

    /// True if {@link #debugEvent} is to be called.
    public boolean wantsDebugEvents() {
        return false;
    }

    /// A request of a parent reached an event.
    public void debugEvent(DebugEvent event) throws BlockException {}

    /// Called when a drain of the node begins, before its requests are waited for, or while those
    /// of a node above it are: the driver lets go what it holds back and stops its own background
    /// work. Nests. Must not block.
    public void drained() {}

    /// Called when a drain that it was told of has ended; requests may come again after the last.
    /// Must not block.
    public void undrained() {}

    /// Makes requests fail with `ECANCELED` that the driver lets wait for something other than
    /// storage.
    public void cancelWaiting() {}

    /// Flushes what can be, releases what the driver holds. The children are closed by the graph
    /// afterwards.
    public abstract void close() throws BlockException;

    private static BlockException unsupported() {
        return new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
    }
}
