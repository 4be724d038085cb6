package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Errno;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChainStatus;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// A disk and what it should hold: random requests go to both, and every read is compared.
///
/// One thread at a time.
public final class GuestModel {
    private final BlockBackend disk;
    private final Random random;
    private final int alignment;
    private byte[] expected;
    private int first;
    private int count;

    /// A model of a disk.
    ///
    /// @param expected what the disk holds now; kept and changed by the model
    /// @param alignment offsets and lengths of requests are multiples of this
    public GuestModel(BlockBackend disk, byte[] expected, long seed, int alignment) {
        this.disk = disk;
        this.expected = expected;
        this.random = new Random(seed);
        this.alignment = alignment;
        this.count = expected.length;
    }

    /// Keeps random requests within a part of the disk from now on.
    ///
    /// @param offset where the part begins, a multiple of the alignment
    /// @param length its bytes
    public GuestModel within(int offset, int length) {
        first = offset;
        count = length;
        return this;
    }

    /// What the disk should hold; the model's own array.
    public byte[] expected() {
        return expected;
    }

    /// A direct buffer of a length, filled with random bytes.
    public ByteBuffer randomData(int length) {
        byte[] data = new byte[length];
        random.nextBytes(data);
        return ByteBuffer.allocateDirect(length).put(data).flip();
    }

    /// Does some random requests; a failure's message names the step.
    public void run(int steps) throws BlockException {
        for (int step = 0; step < steps; step++) {
            step(step);
        }
    }

    private void step(int step) throws BlockException {
        int inside = random.nextInt(count / alignment) * alignment;
        int limit = Math.min(count - inside, random.nextInt(8) == 0 ? 1 << 18 : 1 << 14);
        int length = Math.max(alignment, random.nextInt(limit / alignment + 1) * alignment);
        length = Math.min(length, count - inside);
        int offset = first + inside;
        switch (random.nextInt(10)) {
            case 0, 1, 2, 3 -> write(offset, randomData(length));
            case 4 -> zero(offset, length, WriteFlags.NONE);
            case 5 -> zero(offset, length, WriteFlags.MAY_UNMAP);
            case 6 -> discard(offset, length);
            case 7 -> disk.flush();
            default -> read(step, offset, length);
        }
    }

    /// Writes to both.
    public void write(int offset, ByteBuffer data) throws BlockException {
        disk.write(offset, data, WriteFlags.NONE);
        data.duplicate().get(expected, offset, data.remaining());
    }

    /// Copies from another disk inside the host, or reads and writes where that cannot be done.
    ///
    /// @return true if it was done inside the host
    public boolean copyFrom(GuestModel source, int from, int offset, int length)
            throws BlockException {
        boolean isCopied = disk.copyFrom(source.disk, from, offset, length);
        if (!isCopied) {
            ByteBuffer data = ByteBuffer.allocateDirect(length);
            source.disk.read(from, data);
            disk.write(offset, data, WriteFlags.NONE);
        }
        System.arraycopy(source.expected, from, expected, offset, length);
        return isCopied;
    }

    /// Zeroes both.
    public void zero(int offset, int length, WriteFlags flags) throws BlockException {
        disk.writeZeroes(offset, length, flags);
        Arrays.fill(expected, offset, offset + length, (byte) 0);
    }

    /// Makes both longer or shorter by up to two units, at least one unit long; a disk of a fixed
    /// length stays as it is.
    public void truncate(int unit) throws BlockException {
        int length = Math.max(unit, expected.length + (random.nextInt(5) - 2) * unit);
        try {
            disk.truncate(length, true, Preallocation.OFF, true);
        } catch (BlockException e) {
            assertThat(e.errno()).isEqualTo(Errno.ENOTSUP);
            assertThat(disk.length()).isEqualTo(expected.length);
            return;
        }
        assertThat(disk.length()).isEqualTo(length);
        expected = Arrays.copyOf(expected, length);
        within(0, length);
    }

    /// Discards; what the range reads as afterwards is the disk's choice, and is then held to.
    private void discard(int offset, int length) throws BlockException {
        disk.discard(offset, length);
        ByteBuffer now = ByteBuffer.allocateDirect(length);
        disk.read(offset, now);
        now.get(expected, offset, length);
    }

    private void read(int step, int offset, int length) throws BlockException {
        ByteBuffer seen = ByteBuffer.allocateDirect(length);
        disk.read(offset, seen);
        ByteBuffer wanted = ByteBuffer.wrap(expected, offset, length);
        int at = seen.mismatch(wanted);
        assertThat(at)
                .as("step %d: first difference in a read of %d at %d", step, length, offset)
                .isEqualTo(-1);
    }

    /// Compares the whole disk, by reads and by block status: what is said to be zero is zero.
    public void verify() throws BlockException {
        int piece = 1 << 20;
        for (int offset = 0; offset < expected.length; offset += piece) {
            read(-1, offset, Math.min(piece, expected.length - offset));
        }
        for (int offset = 0; offset < expected.length; ) {
            ChainStatus chain = disk.chainStatus(offset, expected.length - offset, true);
            BlockStatus status = chain.status();
            assertThat(status.length()).as("status at %d", offset).isPositive();
            int length = (int) Math.min(status.length(), expected.length - offset);
            if (status.zero()) {
                for (int i = offset; i < offset + length; i++) {
                    assertThat(expected[i]).as("byte %d is said to be zero", i).isZero();
                }
            }
            offset += length;
        }
    }
}
