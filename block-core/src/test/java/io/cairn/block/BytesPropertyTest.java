package io.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

class BytesPropertyTest {
    @Property(tries = 500)
    void findsTheFirstByteThatIsNotZero(
            @ForAll @IntRange(max = 200_000) int length,
            @ForAll @IntRange(max = 100) int index,
            @ForAll int where) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length + index + 1);
        buffer.put(index + length, (byte) 1);
        if (index > 0) {
            buffer.put(index - 1, (byte) 1);
        }
        assertThat(Bytes.firstNonZero(buffer, index, length)).isEqualTo(-1);
        assertThat(Bytes.isZero(buffer, index, length)).isTrue();
        if (length > 0) {
            int at = index + Math.floorMod(where, length);
            buffer.put(at, (byte) 0x80);
            assertThat(Bytes.firstNonZero(buffer, index, length)).isEqualTo(at);
            assertThat(Bytes.isZero(buffer, index, length)).isFalse();
        }
    }

    @Property(tries = 300)
    void runsAreAsLongAsBlocksAreAlike(
            @ForAll long seed, @ForAll @IntRange(min = 1, max = 700) int unit) {
        Random random = new Random(seed);
        int length = 1 + random.nextInt(10_000);
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        for (int at = 0; at < length; at += unit) {
            if (random.nextInt(3) == 0) {
                int end = Math.min(length, at + unit);
                buffer.put(at + random.nextInt(end - at), (byte) 7);
            }
        }

        int at = 0;
        boolean isZero = !Bytes.isZero(buffer, 0, Math.min(unit, length));
        while (at < length) {
            int run = Bytes.run(buffer, at, length - at, unit);
            boolean was = isZero;
            isZero = Bytes.isZero(buffer, at, Math.min(unit, length - at));
            assertThat(isZero).isNotEqualTo(was);
            assertThat(run % unit == 0 || at + run == length).isTrue();
            for (int block = at; block < at + run; block += unit) {
                int n = Math.min(unit, length - block);
                assertThat(Bytes.isZero(buffer, block, n)).isEqualTo(isZero);
            }
            at += run;
        }
    }

    @Property(tries = 300)
    void fillsExactlyTheRange(
            @ForAll @IntRange(max = 70_000) int length,
            @ForAll @IntRange(max = 5_000) int index,
            @ForAll byte value) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length + index + 10);
        byte[] expected = new byte[buffer.capacity()];
        Arrays.fill(expected, index, index + length, value);

        Bytes.fill(buffer, index, length, value);
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(expected));

        Bytes.fill(buffer, 0, buffer.capacity(), (byte) 3);
        Bytes.zero(buffer, index, length);
        Arrays.fill(expected, (byte) 3);
        Arrays.fill(expected, index, index + length, (byte) 0);
        assertThat(buffer).isEqualTo(ByteBuffer.wrap(expected));
    }

    @Example
    void staysWithinTheLimit() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(100).limit(50);

        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Bytes.isZero(buffer, 40, 11));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Bytes.fill(buffer, 40, 11, (byte) 1));
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> Bytes.zero(buffer, Integer.MAX_VALUE, 1));
    }
}
