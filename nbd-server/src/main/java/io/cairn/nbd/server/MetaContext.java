package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

/// A kind of metadata that block status queries give (NBD protocol, "Metadata querying"; QEMU's
/// "NBD" interoperability document for the namespace `qemu`).
sealed interface MetaContext {
    /// The context's name on the wire.
    String name();

    /// The flags at an offset, and for how many bytes they hold, at most `length`.
    Extent at(BlockBackend disk, long offset, long length) throws BlockException;

    /// Flags that hold for some bytes.
    record Extent(long length, int flags) {}

    /// Whether a query chooses this context: by its whole name, or by the start of it that a query
    /// for a list may end with.
    default boolean isChosenBy(String query, boolean listing) {
        return name().equals(query) || (listing && isPrefix(query) && name().startsWith(query));
    }

    private static boolean isPrefix(String query) {
        return query.equals("base:") || query.equals("qemu:") || query.equals(NbdWire.DIRTY_BITMAP);
    }

    /// Holes and zeroes.
    record BaseAllocation() implements MetaContext {
        @Override
        public String name() {
            return NbdWire.BASE_ALLOCATION;
        }

        @Override
        public Extent at(BlockBackend disk, long offset, long length) throws BlockException {
            ChainStatus found = disk.chainStatus(offset, length, true);
            int flags = found.status().data() ? 0 : NbdWire.STATE_HOLE;
            flags |= found.status().zero() ? NbdWire.STATE_ZERO : 0;
            return new Extent(found.status().length(), flags);
        }
    }

    /// Which layer of a backing chain holds a range: 1 for the top, 0 for none.
    record AllocationDepth() implements MetaContext {
        @Override
        public String name() {
            return NbdWire.ALLOCATION_DEPTH;
        }

        @Override
        public Extent at(BlockBackend disk, long offset, long length) throws BlockException {
            ChainStatus found = disk.chainStatus(offset, length, false);
            int depth = found.status().allocated() ? found.depth() + 1 : 0;
            return new Extent(found.status().length(), depth);
        }
    }

    /// What a dirty bitmap has recorded.
    record Dirty(DirtyBitmap bitmap) implements MetaContext {
        @Override
        public String name() {
            return NbdWire.DIRTY_BITMAP + bitmap.name();
        }

        @Override
        public Extent at(BlockBackend disk, long offset, long length) {
            DirtyBitmap.@Nullable Range next =
                    bitmap.nextDirty(offset, offset + length, Long.MAX_VALUE);
            if (next == null) {
                return new Extent(length, 0);
            }
            return next.offset() > offset
                    ? new Extent(next.offset() - offset, 0)
                    : new Extent(next.length(), NbdWire.STATE_DIRTY);
        }
    }
}
