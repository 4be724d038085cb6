package io.cairn.block.graph;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.WriteFlags;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;

import java.nio.ByteBuffer;

/// A backend's requests as a guest device or an export makes them: counted and timed, time in
/// queues included. Who uses the backend itself pays nothing for it.
///
/// A request that lies beyond the disk counts as invalid. Rules for threads and buffers are the
/// backend's.
public final class AccountedBackend {
    private final BlockBackend backend;
    private final Accounting accounting;

    AccountedBackend(BlockBackend backend, Accounting accounting) {
        this.backend = backend;
        this.accounting = accounting;
    }

    /// Where requests are counted; what never reaches the backend is to be told there.
    public Accounting accounting() {
        return accounting;
    }

    /// As {@link BlockBackend#read}.
    public void read(long offset, ByteBuffer dst) throws BlockException {
        int length = dst.remaining();
        requireInside(OperationKind.READ, offset, length);
        accounting.account(OperationKind.READ, length, () -> backend.read(offset, dst));
    }

    /// As {@link BlockBackend#write}.
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        int length = src.remaining();
        requireInside(OperationKind.WRITE, offset, length);
        accounting.account(OperationKind.WRITE, length, () -> backend.write(offset, src, flags));
    }

    /// As {@link BlockBackend#writeZeroes}.
    public void writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        requireInside(OperationKind.WRITE, offset, length);
        accounting.account(
                OperationKind.WRITE, length, () -> backend.writeZeroes(offset, length, flags));
    }

    /// As {@link BlockBackend#discard}.
    public void discard(long offset, long length) throws BlockException {
        requireInside(OperationKind.UNMAP, offset, length);
        accounting.account(OperationKind.UNMAP, length, () -> backend.discard(offset, length));
    }

    /// As {@link BlockBackend#flush}.
    public void flush() throws BlockException {
        accounting.account(OperationKind.FLUSH, 0, backend::flush);
    }

    private void requireInside(OperationKind kind, long offset, long length) throws BlockException {
        if (offset < 0 || length < 0 || offset > backend.length() - length) {
            accounting.invalid(kind);
            throw new BlockException(Errno.EIO, Errno.EIO.text());
        }
    }
}
