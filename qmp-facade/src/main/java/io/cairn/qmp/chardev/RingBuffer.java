package io.cairn.qmp.chardev;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;

/// A device that keeps the last bytes that were written to it, until they are read (QMP reference
/// manual, "ChardevRingbuf"). Thread-safe.
public final class RingBuffer implements Chardev {
    /// The bytes that are kept unless told otherwise.
    static final long STANDARD_SIZE = 64 << 10;

    /// More than anybody needs, and little enough for this process.
    private static final long MOST = 16 << 20;

    private final String type;

    @GuardedBy("this")
    private final byte[] ring;

    /// How many bytes have been written, and read or lost, in all.
    @GuardedBy("this")
    private long written;

    @GuardedBy("this")
    private long consumed;

    private RingBuffer(String type, int size) {
        this.type = type;
        this.ring = new byte[size];
    }

    /// Makes an empty one.
    ///
    /// @param type what it was called: `ringbuf` or `memory`
    /// @param size a power of two, at most 16 MiB
    static RingBuffer of(String type, long size) throws BlockException {
        if (size <= 0 || Long.bitCount(size) != 1) {
            throw new InvalidOptionException("size of ringbuf chardev must be power of two");
        }
        if (size > MOST) {
            throw new InvalidOptionException("size of ringbuf chardev must be at most 16 MiB");
        }
        return new RingBuffer(type, (int) size);
    }

    /// Writes bytes over the oldest.
    public synchronized void write(byte[] bytes) {
        for (byte b : bytes) {
            ring[(int) (written++ & (ring.length - 1))] = b;
        }
        consumed = Math.max(consumed, written - ring.length);
    }

    /// Takes the oldest bytes.
    ///
    /// @param most above 0
    public synchronized byte[] read(long most) {
        byte[] bytes = new byte[(int) Math.min(most, written - consumed)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = ring[(int) (consumed++ & (ring.length - 1))];
        }
        return bytes;
    }

    @Override
    public String filename() {
        return type;
    }

    @Override
    public void attach(FrontEnd frontEnd) {
        OneWayStream.serve(
                type,
                frontEnd,
                src -> {
                    byte[] bytes = new byte[src.remaining()];
                    src.get(src.position(), bytes);
                    write(bytes);
                });
    }

    @Override
    public void close() {}
}
