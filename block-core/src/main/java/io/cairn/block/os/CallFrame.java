package io.cairn.block.os;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicReferenceArray;

/// The native memory that one call in flight needs: its error number and the structures it passes.
///
/// Frames are lent to a call and given back; about as many stay as calls were in flight at once.
final class CallFrame implements AutoCloseable {
    /// Where the structures start.
    static final int DATA = 64;

    private static final int DATA_SIZE = 1024;
    private static final int SLOTS = 64;
    private static final AtomicReferenceArray<@Nullable CallFrame> IDLE =
            new AtomicReferenceArray<>(SLOTS);

    private final ByteBuffer memory;
    private final MemorySegment segment;
    private final long address;
    private int slot;

    private CallFrame(int dataSize) {
        memory = ByteBuffer.allocateDirect(DATA + dataSize).order(ByteOrder.nativeOrder());
        segment = MemorySegment.ofBuffer(memory);
        address = segment.address();
    }

    /// Lends a frame whose content is not defined.
    static CallFrame take() {
        int slot = (int) Thread.currentThread().threadId() & (SLOTS - 1);
        CallFrame frame = IDLE.getAndSet(slot, null);
        if (frame == null) {
            frame = new CallFrame(DATA_SIZE);
        }
        frame.slot = slot;
        return frame;
    }

    /// Lends a frame for structures of this size.
    static CallFrame take(int dataSize) {
        if (dataSize <= DATA_SIZE) {
            return take();
        }
        CallFrame frame = new CallFrame(dataSize);
        frame.slot = -1;
        return frame;
    }

    /// Gives the frame back.
    @Override
    public void close() {
        if (slot >= 0) {
            IDLE.set(slot, this);
        }
    }

    MemorySegment segment() {
        return segment;
    }

    int errno() {
        return memory.getInt(0);
    }

    /// The address of the structures.
    long data() {
        return address + DATA;
    }

    /// All of the memory, in the host's byte order; the structures start at {@link #DATA}.
    ByteBuffer memory() {
        return memory;
    }

    /// Sets the first bytes of the structures to zero, in units of eight.
    void clear(int bytes) {
        for (int i = 0; i < bytes; i += 8) {
            memory.putLong(DATA + i, 0);
        }
    }
}
