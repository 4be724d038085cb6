package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.PooledBuffer;
import io.cairn.cli.console.Stdout;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// What a read has brought: compared with a pattern as it comes, and kept only if it is to be
/// shown.
///
/// Used by one thread at a time.
final class ReadData implements AutoCloseable {
    /// The bytes that a part of the data must have.
    ///
    /// @param from the part's start within the data
    record Expected(byte pattern, long from, long length) {}

    /// What the buffer holds where a driver leaves it as it was.
    private static final byte UNTOUCHED = (byte) 0xab;

    private final long length;
    private final boolean isKept;
    private final @Nullable Expected expected;
    private final List<PooledBuffer> buffers = new ArrayList<>();
    private final List<ByteBuffer> kept = new ArrayList<>();
    private boolean isMatching = true;

    ReadData(long length, boolean isKept, @Nullable Expected expected) {
        this.length = length;
        this.isKept = isKept;
        this.expected = expected;
    }

    long length() {
        return length;
    }

    /// What the data must be, or null.
    @Nullable Expected expected() {
        return expected;
    }

    /// Whether the data is what it must be.
    boolean isMatching() {
        return isMatching;
    }

    /// A buffer for the next bytes.
    ///
    /// @param capacity the bytes of the longest part
    ByteBuffer buffer(int capacity, int count) throws BlockException {
        if (isKept || buffers.isEmpty()) {
            buffers.add(BufferPool.shared().acquire(capacity));
        }
        ByteBuffer buffer = Buffers.slice(buffers.getLast().buffer(), 0, count);
        Bytes.fill(buffer, 0, count, UNTOUCHED);
        return buffer;
    }

    /// Takes a part that was read.
    ///
    /// @param position the distance of the part from the start of the data
    void arrived(ByteBuffer part, long position) {
        if (isKept) {
            kept.add(part);
        }
        Expected wanted = expected;
        if (wanted != null && isMatching) {
            long from = Math.max(wanted.from(), position);
            long end = Math.min(wanted.from() + wanted.length(), position + part.remaining());
            if (from < end) {
                int index = (int) (from - position);
                isMatching = Bytes.isFilled(part, index, (int) (end - from), wanted.pattern());
            }
        }
    }

    /// Prints the kept data.
    void dump(Stdout out, long offset) {
        long at = offset;
        for (ByteBuffer part : kept) {
            HexDump.print(out, at, part);
            at += part.remaining();
        }
    }

    @Override
    public void close() {
        for (PooledBuffer buffer : buffers) {
            buffer.close();
        }
        buffers.clear();
        kept.clear();
    }
}
