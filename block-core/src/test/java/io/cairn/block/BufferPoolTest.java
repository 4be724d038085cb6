package io.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;

class BufferPoolTest {
    private static final int MIB = 1 << 20;

    @Property(tries = 200)
    void lendsAlignedBuffersOfTheLengthAskedFor(@ForAll @IntRange(max = 5 * MIB) int length)
            throws BlockException {
        BufferPool pool = BufferPool.of(16 * MIB);
        try (PooledBuffer lent = pool.acquire(length)) {
            ByteBuffer buffer = lent.buffer();
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.alignmentOffset(0, BufferPool.ALIGNMENT)).isZero();
            assertThat(buffer.order()).isEqualTo(ByteOrder.BIG_ENDIAN);
            assertThat(buffer.remaining()).isEqualTo(length);
            assertThat(buffer.capacity()).isEqualTo(length);
            assertThat(pool.lentBytes())
                    .isGreaterThanOrEqualTo(length)
                    .isLessThanOrEqualTo(Math.max(4096, length + length / 4 + 4096));
        }
        assertThat(pool.lentBytes()).isZero();
    }

    @Test
    void usesBuffersAgain() throws BlockException {
        BufferPool pool = BufferPool.of(MIB);
        for (int i = 0; i < 100; i++) {
            pool.acquire(MIB / 2).close();
        }
        assertThat(pool.allocatedBytes()).isEqualTo(MIB / 2);
    }

    @Test
    void dropsWhatLiesReadyBeforeItRefuses() throws BlockException {
        BufferPool pool = BufferPool.of(MIB);
        pool.acquire(MIB / 2).close();
        pool.acquire(4096).close();

        try (PooledBuffer large = pool.acquire(MIB)) {
            assertThat(large.buffer().capacity()).isEqualTo(MIB);
            assertThat(pool.allocatedBytes()).isEqualTo(MIB);
            assertThatExceptionOfType(HostException.class)
                    .isThrownBy(() -> pool.acquire(1))
                    .withMessage("Cannot allocate memory");
        }
        pool.acquire(MIB).close();
    }

    @Test
    void lendsZeroesWhenAskedTo() throws BlockException {
        BufferPool pool = BufferPool.checking(MIB);
        try (PooledBuffer lent = pool.acquireZeroed(10_000)) {
            assertThat(Bytes.isZero(lent.buffer())).isTrue();
        }
    }

    @Test
    void checkingPoolSpoilsWhatWasGivenBack() throws BlockException {
        BufferPool pool = BufferPool.checking(MIB);
        PooledBuffer lent = pool.acquireZeroed(10_000);
        ByteBuffer kept = lent.buffer();
        lent.close();

        assertThat(kept.get(0)).isEqualTo((byte) 0xDB);
        assertThat(kept.get(9_999)).isEqualTo((byte) 0xDB);
    }

    @Test
    void tellsWhoKeptABuffer() throws BlockException {
        BufferPool pool = BufferPool.checking(MIB);
        try (PooledBuffer lent = pool.acquire(10_000)) {
            assertThat(lent.buffer().remaining()).isEqualTo(10_000);
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(pool::assertAllReturned)
                    .withMessage("12288 bytes of buffers are lent out")
                    .withStackTraceContaining("tellsWhoKeptABuffer");
        }
        pool.assertAllReturned();
    }

    @Test
    void refusesABufferThatComesBackTwice() throws BlockException {
        PooledBuffer lent = BufferPool.of(MIB).acquire(1);
        lent.close();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(lent::close)
                .withMessage("buffer given back twice");
    }

    @Test
    void lendsEveryBufferToOneBorrowerAtATime() throws BlockException {
        BufferPool pool = BufferPool.of(8 * MIB);
        try (Workers workers = Workers.platform("borrower")) {
            for (int i = 0; i < 4; i++) {
                int id = i + 1;
                workers.fork(() -> borrowOften(pool, id));
            }
            workers.join();
        }
        assertThat(pool.lentBytes()).isZero();
        assertThat(pool.allocatedBytes()).isLessThanOrEqualTo(8 * MIB);
    }

    private static void borrowOften(BufferPool pool, int id) throws BlockException {
        Random random = new Random(id);
        for (int i = 0; i < 5_000; i++) {
            int length = 8 + random.nextInt(60_000);
            try (PooledBuffer lent = pool.acquire(length)) {
                lent.buffer().putInt(0, id).putInt(length - 4, id);
                Thread.onSpinWait();
                assertThat(lent.buffer().getInt(0)).isEqualTo(id);
                assertThat(lent.buffer().getInt(length - 4)).isEqualTo(id);
            }
        }
    }
}
