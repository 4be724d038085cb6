package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What every driver keeps to, wherever it stands in a graph. A test of a driver extends this and
/// opens a disk.
public abstract class BlockDriverContract {
    private BlockBackend disk;

    /// Opens a new disk that reads as zeroes, or opens it again after the one before was closed.
    ///
    /// @param fresh true for a new disk, false for the one of the last call
    protected abstract BlockBackend open(boolean fresh) throws BlockException;

    /// The disk's length in bytes; a multiple of 512 and at least 256 KiB.
    protected abstract int length();

    /// Checks what the driver's format keeps about itself, after the disk was closed.
    protected void checkClosed() throws BlockException {}

    private static long seed() {
        return Long.getLong("cairn.seed", 20_261_122L);
    }

    @BeforeEach
    void openFresh() throws BlockException {
        disk = open(true);
    }

    @AfterEach
    void close() throws BlockException {
        disk.close();
        checkClosed();
    }

    @Test
    void hasTheLengthItWasMadeWith() {
        assertThat(disk.length()).isEqualTo(length());
    }

    @Test
    void readsZeroesWhereNothingWasWritten() throws BlockException {
        new GuestModel(disk, new byte[length()], seed(), 512).verify();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 512, 4096, 65536})
    void agreesWithAModelUnderRandomRequests(int alignment) throws BlockException {
        GuestModel model = new GuestModel(disk, new byte[length()], seed() + alignment, alignment);

        model.run(300);

        model.verify();
    }

    @Test
    void keepsItsContentOverReopening() throws BlockException {
        GuestModel model = new GuestModel(disk, new byte[length()], seed(), 1);
        model.run(200);
        disk.close();

        disk = open(false);

        new GuestModel(disk, model.expected(), seed(), 1).verify();
    }

    @Test
    void writesAcrossTheWholeLengthInOneRequest() throws BlockException {
        GuestModel model = new GuestModel(disk, new byte[length()], seed(), 512);

        model.write(0, model.randomData(length()));

        model.verify();
    }

    @Test
    void refusesRequestsBeyondTheEnd() {
        ByteBuffer two = ByteBuffer.allocateDirect(2);

        assertThatThrownBy(() -> disk.read(length() - 1, two)).satisfies(this::isIoError);
        assertThatThrownBy(() -> disk.write(length() - 1, two, WriteFlags.NONE))
                .satisfies(this::isIoError);
        assertThatThrownBy(() -> disk.writeZeroes(length(), 1, WriteFlags.NONE))
                .satisfies(this::isIoError);
        assertThatThrownBy(() -> disk.read(Long.MAX_VALUE, two)).satisfies(this::isIoError);
        assertThatThrownBy(() -> disk.read(-1, two)).satisfies(this::isIoError);
    }

    private void isIoError(Throwable failure) {
        assertThat(failure).isInstanceOf(BlockException.class);
        assertThat(((BlockException) failure).errno()).isEqualTo(Errno.EIO);
    }

    @Test
    void movesNoBufferPosition() throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(4096).position(512).limit(1536);

        disk.write(1024, data, WriteFlags.NONE);
        disk.read(1024, data);

        assertThat(data.position()).isEqualTo(512);
        assertThat(data.limit()).isEqualTo(1536);
    }

    @Test
    void keepsConcurrentWritersOfNeighbouringRangesApart() throws BlockException {
        int threads = 4;
        int slice = 1536;
        byte[] expected = new byte[length()];
        int rounds = length() / (threads * slice);
        try (Workers workers = Workers.virtual("writer")) {
            for (int t = 0; t < threads; t++) {
                int me = t;
                workers.fork(() -> {
                    ByteBuffer data = ByteBuffer.allocateDirect(slice);
                    for (int r = 0; r < rounds; r++) {
                        int offset = (r * threads + me) * slice;
                        fill(data, (byte) (me + 1 + r * 7));
                        disk.write(offset, data, WriteFlags.NONE);
                    }
                });
            }
            workers.join();
        }
        for (int r = 0; r < rounds; r++) {
            for (int t = 0; t < threads; t++) {
                int offset = (r * threads + t) * slice;
                Arrays.fill(expected, offset, offset + slice, (byte) (t + 1 + r * 7));
            }
        }

        new GuestModel(disk, expected, seed(), 512).verify();
    }

    private static void fill(ByteBuffer data, byte value) {
        for (int i = 0; i < data.capacity(); i++) {
            data.put(i, value);
        }
    }
}
