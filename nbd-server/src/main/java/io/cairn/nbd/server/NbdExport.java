package io.cairn.nbd.server;

import io.cairn.block.Limits;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.protocol.nbd.NbdWire;

import java.util.ArrayList;
import java.util.List;

/// A disk under the name by which clients ask for it.
///
/// @param name at most {@link NbdWire#MAX_STRING} bytes; empty for the export that clients get who
///   ask for none
/// @param description for people, may be empty
/// @param backend the disk; whoever makes the export closes it after the server
/// @param writable whether clients may write
/// @param multiConn whether what one client has flushed is there for all others
/// @param allocationDepth whether clients may ask which layer of a backing chain holds a range
/// @param bitmaps the dirty bitmaps that clients may read
public record NbdExport(
        String name,
        String description,
        BlockBackend backend,
        boolean writable,
        boolean multiConn,
        boolean allocationDepth,
        List<DirtyBitmap> bitmaps) {
    private static final int PREFERRED_BLOCK = 4096;

    public NbdExport {
        bitmaps = List.copyOf(bitmaps);
    }

    /// An export that shows nothing but the disk.
    public static NbdExport of(String name, BlockBackend backend, boolean writable) {
        return new NbdExport(name, "", backend, writable, true, false, List.of());
    }

    /// The bytes that clients see.
    long length() {
        return backend.length();
    }

    /// What requests must be multiples of, where a client promises to heed it.
    int minimumBlock() {
        return backend.limits().requestAlignment();
    }

    int preferredBlock() {
        return Math.max(PREFERRED_BLOCK, minimumBlock());
    }

    int maximumBlock() {
        Limits limits = backend.limits();
        long max = limits.maxTransfer();
        return max == 0 ? NbdWire.MAX_PAYLOAD : (int) Math.min(NbdWire.MAX_PAYLOAD, max);
    }

    /// The flags that a client is told.
    int transmissionFlags(boolean structured, boolean extended) {
        int flags =
                NbdWire.FLAG_HAS_FLAGS
                        | NbdWire.FLAG_SEND_FLUSH
                        | NbdWire.FLAG_SEND_FUA
                        | NbdWire.FLAG_SEND_CACHE;
        flags |= multiConn ? NbdWire.FLAG_CAN_MULTI_CONN : 0;
        flags |=
                writable
                        ? NbdWire.FLAG_SEND_TRIM
                                | NbdWire.FLAG_SEND_WRITE_ZEROES
                                | NbdWire.FLAG_SEND_FAST_ZERO
                        : NbdWire.FLAG_READ_ONLY;
        flags |= structured || extended ? NbdWire.FLAG_SEND_DF : 0;
        return flags | (extended ? NbdWire.FLAG_BLOCK_STATUS_PAYLOAD : 0);
    }

    /// The metadata that clients may ask for, in the order in which they are listed.
    List<MetaContext> contexts() {
        List<MetaContext> all = new ArrayList<>();
        all.add(new MetaContext.BaseAllocation());
        if (allocationDepth) {
            all.add(new MetaContext.AllocationDepth());
        }
        for (DirtyBitmap bitmap : bitmaps) {
            all.add(new MetaContext.Dirty(bitmap));
        }
        return all;
    }
}
