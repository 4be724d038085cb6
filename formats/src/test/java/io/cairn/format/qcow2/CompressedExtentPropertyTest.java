package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/// What is put into an entry comes back, rounded up to whole sectors.
class CompressedExtentPropertyTest {
    @Property(tries = 500)
    void givesBackTheExtent(
            @ForAll @IntRange(min = 9, max = 21) int clusterBits,
            @ForAll @LongRange(min = 512, max = (1L << 48)) long offset,
            @ForAll @IntRange(min = 1, max = 511) int length) {
        Geometry geometry = new Geometry(clusterBits, 4);

        long entry = CompressedExtent.entry(offset, length, geometry);
        CompressedExtent extent = CompressedExtent.of(entry, geometry);

        assertThat(ClusterKind.of(entry)).isEqualTo(ClusterKind.COMPRESSED);
        assertThat(extent.offset()).isEqualTo(offset);
        assertThat(extent.length()).isBetween(length, length + 511);
        assertThat((extent.offset() + extent.length()) % 512).isZero();
    }
}
