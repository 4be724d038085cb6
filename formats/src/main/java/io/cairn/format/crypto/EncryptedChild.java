package io.cairn.format.crypto;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.ChildRole;
import io.cairn.block.DebugEvent;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.FormatInfo;
import io.cairn.block.spi.FrozenChain;
import io.cairn.block.spi.PointInTime;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Set;

/// A child whose data are encrypted on their way to it and decrypted on their way back. Zeroes
/// cannot be written there without their data.
///
/// @param child where the encrypted data are
/// @param cipher counts sectors from `shift` bytes before the child's start
/// @param shift added to offsets of the child to get those that the cipher is given
public record EncryptedChild(Child child, SectorCipher cipher, long shift) implements Child {
    /// Longest piece that is encrypted and written at once.
    private static final int MAX_PIECE = 1 << 20;

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        child.read(offset, dst);
        cipher.decrypt(offset + shift, dst, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        int count = src.remaining();
        if (count == 0) {
            return;
        }
        try (PooledBuffer pooled = BufferPool.shared().acquire(Math.min(count, MAX_PIECE))) {
            for (int done = 0; done < count; done += MAX_PIECE) {
                int n = Math.min(MAX_PIECE, count - done);
                ByteBuffer part = Buffers.slice(pooled.buffer(), 0, n);
                cipher.encrypt(offset + done + shift, Buffers.slice(src, done, n), part);
                child.write(offset + done, part, flags);
            }
        }
    }

    /// What is stored elsewhere would have to pass the cipher.
    @Override
    public boolean copyFrom(DriverInstance storage, long storageOffset, long offset, long length) {
        return false;
    }

    @Override
    public int pack(ByteBuffer src, ByteBuffer packed) throws BlockException {
        throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
    }

    @Override
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
    }

    @Override
    public void writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        throw new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text());
    }

    @Override
    public String name() {
        return child.name();
    }

    @Override
    public Set<ChildRole> roles() {
        return child.roles();
    }

    @Override
    public Node node() {
        return child.node();
    }

    @Override
    public long length() {
        return child.length();
    }

    @Override
    public Limits limits() {
        return child.limits();
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        child.discard(offset, length);
    }

    @Override
    public void flush() throws BlockException {
        child.flush();
    }

    @Override
    public BlockStatus status(long offset, long length, boolean wantZero) throws BlockException {
        return child.status(offset, length, wantZero);
    }

    @Override
    public BlockStatus chainStatus(
            long offset, long length, @Nullable Node bottom, boolean wantZero)
            throws BlockException {
        return child.chainStatus(offset, length, bottom, wantZero);
    }

    @Override
    public void allowSerialising() throws BlockException {
        child.allowSerialising();
    }

    @Override
    public void readCopying(long offset, ByteBuffer dst) throws BlockException {
        child.readCopying(offset, dst);
        cipher.decrypt(offset + shift, dst, dst);
    }

    @Override
    public void prefetch(long offset, int length) throws BlockException {
        child.prefetch(offset, length);
    }

    @Override
    public PointInTime pointInTime() {
        return child.pointInTime();
    }

    @Override
    public boolean hasInChain(Node other) {
        return child.hasInChain(other);
    }

    @Override
    public FrozenChain freezeDownTo(Node bottom) throws BlockException {
        return child.freezeDownTo(bottom);
    }

    @Override
    public boolean supportsCompressedWrites() {
        return false;
    }

    @Override
    public FormatInfo info() throws BlockException {
        return child.info();
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        child.truncate(length, exact, preallocation, zeroNew);
    }

    @Override
    public long allocatedLength() {
        return child.allocatedLength();
    }

    @Override
    public boolean supportsFua() {
        return child.supportsFua();
    }

    @Override
    public boolean hasZeroInit() {
        return false;
    }

    @Override
    public void debugEvent(DebugEvent event) throws BlockException {
        child.debugEvent(event);
    }
}
