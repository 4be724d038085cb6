package io.cairn.fuse.server;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// The memory of one request and then of its answer. Of both the data start at the same place,
/// which is aligned for direct I/O; the headers stand before it.
///
/// For one thread.
final class Exchange implements AutoCloseable {
    /// The most data of a message.
    static final int MAX_DATA = 1 << 20;

    private static final int DATA = BufferPool.ALIGNMENT;
    private static final int REQUEST = DATA - FuseWire.WRITE_HEADER;
    private static final int REPLY = DATA - FuseWire.REPLY_HEADER;

    private final @Nullable PooledBuffer pooled;
    private final ByteBuffer memory;
    private long number;

    private Exchange(@Nullable PooledBuffer pooled, ByteBuffer memory) {
        this.pooled = pooled;
        this.memory = memory.order(ByteOrder.nativeOrder());
    }

    /// Lends memory, until it is closed.
    static Exchange open() throws BlockException {
        PooledBuffer pooled = BufferPool.shared().acquire(DATA + MAX_DATA);
        return new Exchange(pooled, pooled.buffer());
    }

    /// An exchange with memory of its own, for when there is none to lend.
    static Exchange ofOwnMemory() {
        return new Exchange(
                null,
                ByteBuffer.allocateDirect(DATA + MAX_DATA + BufferPool.ALIGNMENT)
                        .alignedSlice(BufferPool.ALIGNMENT));
    }

    /// Where a message from the kernel goes.
    ByteBuffer room() {
        return memory.slice(REQUEST, FuseWire.WRITE_HEADER + MAX_DATA);
    }

    /// The request that has come.
    ///
    /// @param length of the message, at least a header's
    FuseRequest request(int length) {
        ByteBuffer message = memory.slice(REQUEST, length).order(ByteOrder.nativeOrder());
        number = message.getLong(8);
        return FuseRequest.parse(message);
    }

    /// The data of a write, or those that will answer a read.
    ByteBuffer data(int length) {
        return memory.slice(DATA, length);
    }

    /// Zeroes in the host's byte order, for what answers something else; {@link #answer} has the
    /// same length.
    ByteBuffer body(int length) {
        for (int i = 0; i < length; i++) {
            memory.put(DATA + i, (byte) 0);
        }
        return data(length).order(ByteOrder.nativeOrder());
    }

    /// The whole message that answers the request with data, or without.
    ///
    /// @param length of the data
    ByteBuffer answer(int length) {
        return message(length, 0);
    }

    /// The whole message that answers the request with a failure.
    ByteBuffer failure(Errno errno) {
        return message(0, -errno.value());
    }

    private ByteBuffer message(int length, int error) {
        int all = FuseWire.REPLY_HEADER + length;
        memory.putInt(REPLY, all).putInt(REPLY + 4, error).putLong(REPLY + 8, number);
        return memory.slice(REPLY, all);
    }

    @Override
    public void close() {
        if (pooled != null) {
            pooled.close();
        }
    }
}
