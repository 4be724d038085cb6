package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/// Entries of every width keep what was put in, and leave their neighbours alone.
class RefcountCodecPropertyTest {
    @Property(tries = 500)
    void keepsEachEntryApart(
            @ForAll @IntRange(max = 6) int order,
            @ForAll @IntRange(min = 1, max = 62) int index,
            @ForAll long value) {
        RefcountCodec codec = new RefcountCodec(order);
        long max = order == 6 ? -1 : (1L << (1 << order)) - 1;
        byte[] block = new byte[512];
        codec.set(block, index - 1, max);
        codec.set(block, index + 1, max);

        codec.set(block, index, value & max);

        assertThat(codec.get(block, index)).isEqualTo(value & max);
        assertThat(codec.get(block, index - 1)).isEqualTo(max);
        assertThat(codec.get(block, index + 1)).isEqualTo(max);
    }
}
