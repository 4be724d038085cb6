package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.ChildRole;
import io.cairn.block.DebugEvent;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.PageSink;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Set;

/// An edge of the graph as the driver of the parent sees it: the way to do I/O on a child node.
///
/// Every call passes the child's gate (permissions, alignment, in-flight tracking, dirty bitmaps,
/// drain). All calls block and may come from many threads at once. Offsets and lengths are bytes of
/// the child. Buffers are direct, used from position to limit without moving either, and not kept.
public interface Child {
    /// The edge's name in the parent: `file`, `backing`, `data-file`, `children.0`.
    String name();

    /// What the child is to its parent.
    Set<ChildRole> roles();

    /// The node at the other end. Changes only while the parent is drained.
    Node node();

    /// The child's length in bytes, a multiple of 512.
    long length();

    /// What the child asks of requests.
    Limits limits();

    /// Reads `dst.remaining()` bytes; what lies beyond the child's end reads as zeroes.
    ///
    /// Throws a {@link BlockException} if the child cannot read; the buffer's content is then
    /// undefined.
    void read(long offset, ByteBuffer dst) throws BlockException;

    /// Puts a range into a sink without a copy. If false is returned, or on a failure, the sink is
    /// of no further use.
    default boolean readPages(long offset, int length, PageSink sink) throws BlockException {
        return false;
    }

    /// Writes `src.remaining()` bytes. A write beyond the end grows the child, if the edge has the
    /// permission to resize.
    void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException;

    /// Copies a range that a protocol's node stores into the child, without passing through memory;
    /// false if that cannot be done. The range is then as it was, or part of it has that data.
    ///
    /// @param storageOffset bytes of what `storage` stores
    boolean copyFrom(DriverInstance storage, long storageOffset, long offset, long length)
            throws BlockException;

    /// Makes a range read as zeroes. With `noFallback` throws `ENOTSUP` where that would mean
    /// writing them out.
    void writeZeroes(long offset, long length, WriteFlags flags) throws BlockException;

    /// Tells the child that the content of a range is not needed any more. What it reads as
    /// afterwards is undefined.
    void discard(long offset, long length) throws BlockException;

    /// Returns when all writes that completed before the call are on stable storage.
    void flush() throws BlockException;

    /// What the child knows of a range; see {@link BlockStatus}. `wantZero` asks it to look as deep
    /// as it must to know zeroes, else a quick answer is enough.
    BlockStatus status(long offset, long length, boolean wantZero) throws BlockException;

    /// What the child and the chain below it know of a range: the answer of the layer that holds
    /// its start. If none does, `allocated` of the answer is false.
    ///
    /// @param bottom the last node of the chain that is asked, null for all of it
    BlockStatus chainStatus(long offset, long length, @Nullable Node bottom, boolean wantZero)
            throws BlockException;

    /// Lets serialising writes and copying reads come from now on. Called while the parent is being
    /// opened; waits until no request is in flight on the child.
    void allowSerialising() throws BlockException;

    /// Reads as {@link #read} does, and copies into the child what comes from further down its
    /// chain: whole clusters, as unchanged writes. Only after {@link #allowSerialising}.
    void readCopying(long offset, ByteBuffer dst) throws BlockException;

    /// Copies into the child what {@link #readCopying} of a range would, and reads nothing of what
    /// the child holds itself.
    void prefetch(long offset, int length) throws BlockException;

    /// The child as it was at a point in time, if its driver keeps that ({@link PointInTime}); else
    /// every call fails with `ENOTSUP`.
    PointInTime pointInTime();

    /// True if the node is the child or stands in the chain below it.
    boolean hasInChain(Node other);

    /// Keeps the links from the parent down the child's chain to a node of it as they are.
    ///
    /// @throws BlockException with `EPERM` if one of them is kept already
    FrozenChain freezeDownTo(Node bottom) throws BlockException;

    /// True if {@link #write} takes compressed writes, and {@link #writePacked} works.
    boolean supportsCompressedWrites();

    /// Packs one cluster as the child stores it; see {@link DriverInstance#pack}.
    int pack(ByteBuffer src, ByteBuffer packed) throws BlockException;

    /// Stores one cluster that {@link #pack} packed; see {@link DriverInstance#writePacked}.
    void writePacked(long offset, int length, ByteBuffer packed) throws BlockException;

    /// What the child's format tells of the image.
    FormatInfo info() throws BlockException;

    /// Sets the child's length. With `exact` false, a child that cannot be made shorter may stay
    /// longer. With `zeroNew` the bytes between the old and the new end read as zeroes whatever
    /// lies below.
    void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException;

    /// The bytes that the child and what stands below it occupy on the host, or -1 if unknown.
    long allocatedLength();

    /// True if the child makes single writes stable at less than the cost of a flush.
    boolean supportsFua();

    /// True if the child's new bytes after growing read as zeroes without being written.
    boolean hasZeroInit();

    /// Tells the child that a request of the parent reached an event; free unless somebody debugs.
    void debugEvent(DebugEvent event) throws BlockException;
}
