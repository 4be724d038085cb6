package io.cairn.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.JobControl;
import io.cairn.job.JobImages;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class CompareTest {
    private final JobImages images = new JobImages();
    private boolean sizesDiffer;

    @AfterEach
    void close() {
        images.close();
    }

    private CompareResult compare(BlockBackend a, BlockBackend b, boolean strict)
            throws BlockException {
        return new Compare(
                        new CompareImage(a, "a"),
                        new CompareImage(b, "b"),
                        strict,
                        new JobControl(),
                        () -> sizesDiffer = true)
                .run();
    }

    private BlockBackend image(String driver, String name, long length) throws BlockException {
        BlockBackend disk = images.create(driver, name, length);
        JobImages.fill(disk, 0, 4 << 20, 1);
        return disk;
    }

    @Test
    void formatsDoNotMatter() throws BlockException {
        BlockBackend raw = image("raw", "raw", JobImages.LENGTH);
        BlockBackend qcow2 = image("qcow2", "qcow2", JobImages.LENGTH);

        assertThat(compare(raw, qcow2, false)).isEqualTo(new CompareResult.Identical());
    }

    @Test
    void namesTheFirstOfSeveralDifferences() throws BlockException {
        BlockBackend a = image("raw", "a", JobImages.LENGTH);
        BlockBackend b = image("qcow2", "b", JobImages.LENGTH);
        JobImages.fill(b, 3_500_032 / 512 * 512, 512, 5);
        JobImages.fill(b, 700_416, 512, 6);

        assertThat(compare(a, b, false)).isEqualTo(new CompareResult.ContentMismatch(700_416));
    }

    @Test
    void zeroesBeyondTheShorterEndAreAlike() throws BlockException {
        BlockBackend a = image("raw", "a", 4 << 20);
        BlockBackend b = image("raw", "b", 6 << 20);

        assertThat(compare(a, b, false)).isEqualTo(new CompareResult.Identical());
        assertThat(sizesDiffer).isTrue();
        assertThat(compare(a, b, true)).isEqualTo(new CompareResult.SizeMismatch());
    }

    @Test
    void dataBeyondTheShorterEndIsADifference() throws BlockException {
        BlockBackend a = image("raw", "a", 4 << 20);
        BlockBackend b = image("raw", "b", 6 << 20);
        JobImages.fill(b, 5 << 20, 512, 3);

        assertThat(compare(b, a, false)).isEqualTo(new CompareResult.ContentMismatch(5 << 20));
    }

    @Test
    void allocationCountsOnlyIfStrict() throws BlockException {
        BlockBackend hole = images.create("qcow2", "hole", 1 << 20);
        BlockBackend zeroes = images.create("qcow2", "zeroes", 1 << 20);
        zeroes.writeZeroes(0, 1 << 20, WriteFlags.NONE);

        assertThat(compare(hole, zeroes, false)).isEqualTo(new CompareResult.Identical());
        assertThat(compare(hole, zeroes, true)).isEqualTo(new CompareResult.StatusMismatch(0));
    }

    @Test
    void readFailureIsAResultThatNamesTheImage() throws BlockException {
        BlockBackend a = image("raw", "a", 4 << 20);
        BlockBackend b = image("raw", "b", 4 << 20);
        images.graph().host().get("b").failAfter(0, Errno.EIO);

        assertThat(compare(a, b, false))
                .isInstanceOfSatisfying(
                        CompareResult.Unreadable.class,
                        r ->
                                assertThat(r.failure())
                                        .hasMessageMatching(
                                                "Error while reading offset \\d+ of b: .*"));
    }
}
