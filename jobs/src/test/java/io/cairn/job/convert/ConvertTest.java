package io.cairn.job.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.CancelledJobException;
import io.cairn.block.Errno;
import io.cairn.block.OutOfSpaceException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.JobControl;
import io.cairn.job.JobImages;
import io.cairn.testimages.MemoryStorage;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

@Timeout(120)
class ConvertTest {
    private static final ConvertOptions ZEROES =
            ConvertOptions.DEFAULT.withContent(TargetContent.ZEROES);

    private final JobImages images = new JobImages();
    private final List<String> warnings = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        images.close();
    }

    private void convert(List<BlockBackend> sources, BlockBackend target, ConvertOptions options)
            throws BlockException {
        new Convert(sources, target, options, new JobControl(), warnings::add).run();
    }

    /// A disk with data at both ends, written zeroes and holes.
    private BlockBackend source(String driver, String name) throws BlockException {
        BlockBackend disk = images.create(driver, name, JobImages.LENGTH);
        JobImages.fill(disk, 0, 1 << 20, 1);
        JobImages.fill(disk, (2 << 20) + 512, 70_000 / 512 * 512, 2);
        JobImages.fill(disk, JobImages.LENGTH - 1536, 1536, 3);
        disk.writeZeroes(300 << 10, 200 << 10, WriteFlags.NONE);
        return disk;
    }

    @ParameterizedTest
    @CsvSource({
        "raw,raw,4096,8,false,false",
        "raw,qcow2,4096,8,false,false",
        "qcow2,raw,0,1,false,false",
        "qcow2,qcow2,65536,16,true,false",
        "raw,qcow2,512,3,true,false",
        "raw,qcow2,4096,8,false,true",
        "qcow2,qcow2,0,4,false,true"
    })
    void copiesWhatTheGuestSees(
            String from, String to, long sparse, int workers, boolean anyOrder, boolean packs)
            throws BlockException {
        BlockBackend source = source(from, "source");
        BlockBackend target = images.create(to, "target", JobImages.LENGTH);
        ConvertOptions options =
                ZEROES.withSparseBytes(sparse)
                        .withWorkers(workers)
                        .withOutOfOrder(anyOrder)
                        .withCompressed(packs);

        convert(List.of(source), target, options);

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
    }

    @ParameterizedTest
    @CsvSource({"raw,raw,false", "qcow2,raw,true", "raw,qcow2,false", "qcow2,qcow2,true"})
    void copiesDataInsideTheHost(String from, String to, boolean anyOrder) throws BlockException {
        BlockBackend source = source(from, "source");
        BlockBackend target = images.create(to, "target", JobImages.LENGTH);

        convert(List.of(source), target, ZEROES.withCopyOffload(true).withOutOfOrder(anyOrder));

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
        // The disk's data, in whole pages; not what is known to be zero.
        assertThat(images.graph().host().get("target").copiedBytes())
                .isBetween(900L << 10, 1300L << 10);
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2"})
    void readsAndWritesWhereTheHostCannotCopy(String to) throws BlockException {
        BlockBackend source = images.create("raw", "source", 4 * JobImages.LENGTH);
        JobImages.fill(source, 0, 4 * JobImages.LENGTH, 1);
        BlockBackend target = images.create(to, "target", 4 * JobImages.LENGTH);
        MemoryStorage storage = images.graph().host().get("target");
        storage.refuseCopies();

        convert(List.of(source), target, ZEROES.withCopyOffload(true).withWorkers(1));

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
        assertThat(storage.refusedCopies()).isEqualTo(8);
    }

    @Test
    void copiesInsideTheHostWhatLiesBetweenCompressedClusters() throws BlockException {
        BlockBackend plain = source("raw", "plain");
        BlockBackend source = images.create("qcow2", "source", JobImages.LENGTH);
        convert(List.of(plain), source, ZEROES.withCompressed(true));
        JobImages.fill(source, 1 << 20, 1 << 20, 5);
        BlockBackend target = images.create("raw", "target", JobImages.LENGTH);

        convert(List.of(source), target, ZEROES.withCopyOffload(true));

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
    }

    @Test
    void tellsWhyAWriteFailsThatFollowsAFailedCopy() throws BlockException {
        BlockBackend source = source("raw", "source");
        BlockBackend target = images.create("raw", "target", JobImages.LENGTH);
        images.graph().host().get("target").limit(1000);

        assertThatThrownBy(() -> convert(List.of(source), target, ZEROES.withCopyOffload(true)))
                .isInstanceOf(OutOfSpaceException.class)
                .hasMessageStartingWith("error while writing at byte 0");
    }

    @Test
    void writesZeroesOverWhatTheTargetHeld() throws BlockException {
        BlockBackend source = source("raw", "source");
        BlockBackend target = images.create("qcow2", "target", JobImages.LENGTH);
        JobImages.fill(target, 0, JobImages.LENGTH, 9);

        convert(List.of(source), target, ConvertOptions.DEFAULT);

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
    }

    @Test
    void joinsSourcesOneBehindTheOther() throws BlockException {
        BlockBackend first = images.create("raw", "first", 1536);
        BlockBackend second = images.create("qcow2", "second", 3 << 20);
        JobImages.fill(first, 0, 1536, 1);
        JobImages.fill(second, 0, 3 << 20, 2);
        BlockBackend target = images.create("qcow2", "target", (3 << 20) + 1536);

        convert(List.of(first, second), target, ZEROES);

        byte[] joined = JobImages.content(target);
        assertThat(Arrays.copyOf(joined, 1536)).isEqualTo(JobImages.content(first));
        assertThat(Arrays.copyOfRange(joined, 1536, joined.length))
                .isEqualTo(JobImages.content(second));
    }

    @Test
    void leavesToTheBackingFileWhatTheSourceDoesNotHold() throws BlockException {
        BlockBackend base = source("raw", "base");
        BlockBackend source = images.overlay("source", "base", "raw", JobImages.LENGTH);
        JobImages.fill(source, 1 << 20, 65536, 7);
        byte[] expected = JobImages.content(source);
        BlockBackend target = images.overlay("target", "base", "raw", JobImages.LENGTH);

        convert(List.of(source), target, ConvertOptions.DEFAULT.withContent(TargetContent.BACKING));

        assertThat(JobImages.content(target)).isEqualTo(expected);
        assertThat(target.status(0, 65536, false).allocated()).isFalse();
        assertThat(target.status(1 << 20, 65536, false).allocated()).isTrue();
        assertThat(JobImages.content(base)).hasSize(JobImages.LENGTH);
    }

    @Test
    void writesNoZeroesBehindTheEndOfTheTargetsBackingFile() throws BlockException {
        int end = 1 << 20;
        JobImages.fill(images.create("raw", "base", end), 0, end, 1);
        BlockBackend source = images.overlay("source", "base", "raw", JobImages.LENGTH);
        source.writeZeroes(end - 65536, 131072, WriteFlags.NONE);
        JobImages.fill(source, 2 << 20, 65536, 7);
        BlockBackend target = images.overlay("target", "base", "raw", JobImages.LENGTH);

        convert(List.of(source), target, ConvertOptions.DEFAULT.withContent(TargetContent.BACKING));

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
        assertThat(target.status(end - 65536, 65536, false).allocated()).isTrue();
        assertThat(target.status(end, 1 << 20, false).allocated()).isFalse();
        assertThat(target.status(end, 1 << 20, false).length()).isEqualTo(1 << 20);
        assertThat(target.status(3 << 20, 65536, false).allocated()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1 << 20})
    void hidesWhatTheTargetsBackingFileHoldsBehindTheEndOfTheSourcesOne(int end)
            throws BlockException {
        JobImages.fill(images.create("raw", "long", 2 << 20), 0, 2 << 20, 1);
        BlockBackend source;
        if (end == 0) {
            source = images.create("qcow2", "source", JobImages.LENGTH);
        } else {
            JobImages.fill(images.create("raw", "short", end), 0, end, 1);
            source = images.overlay("source", "short", "raw", JobImages.LENGTH);
        }
        BlockBackend target = images.overlay("target", "long", "raw", JobImages.LENGTH);

        convert(List.of(source), target, ConvertOptions.DEFAULT.withContent(TargetContent.BACKING));

        assertThat(JobImages.content(target)).isEqualTo(JobImages.content(source));
        assertThat(target.status(0, 65536, false).allocated()).isEqualTo(end == 0);
    }

    @Test
    void samePackedImageWhicheverWorkerWasFaster() throws BlockException {
        BlockBackend source = source("raw", "source");
        List<byte[]> files = new ArrayList<>();
        for (String name : List.of("one", "two")) {
            try (BlockBackend target = images.create("qcow2", name, JobImages.LENGTH)) {
                convert(List.of(source), target, ZEROES.withCompressed(true));
            }
            files.add(images.graph().host().get(name).content());
        }

        assertThat(files.get(0)).isEqualTo(files.get(1));
        assertThat(files.get(0).length % 512).isZero();
    }

    @Test
    void namesTheOffsetThatCannotBeRead() throws BlockException {
        BlockBackend source = source("raw", "source");
        BlockBackend target = images.create("raw", "target", JobImages.LENGTH);
        images.graph().host().get("source").failAfter(0, Errno.EIO);

        assertThatThrownBy(() -> convert(List.of(source), target, ZEROES.withWorkers(1)))
                .isInstanceOf(BlockException.class)
                .hasMessageStartingWith("error while reading at byte ");
    }

    @Test
    void salvagesWhatCanBeRead() throws BlockException {
        BlockBackend source = source("raw", "source");
        byte[] expected = JobImages.content(source);
        BlockBackend target = images.create("raw", "target", JobImages.LENGTH);
        images.graph().host().get("source").failAfter(0, Errno.EIO);

        convert(List.of(source), target, ZEROES.withSalvage(true).withWorkers(1));

        assertThat(JobImages.content(target)).isEqualTo(expected);
    }

    @Test
    void fullTargetEndsEveryWorker() throws BlockException {
        BlockBackend source = images.create("raw", "source", JobImages.LENGTH);
        JobImages.fill(source, 0, JobImages.LENGTH, 1);
        BlockBackend target = images.create("qcow2", "target", JobImages.LENGTH);
        images.graph().host().get("target").limit(2 << 20);

        assertThatThrownBy(() -> convert(List.of(source), target, ZEROES))
                .isInstanceOf(OutOfSpaceException.class)
                .hasMessageStartingWith("error while writing at byte ")
                .hasMessageEndingWith(Errno.ENOSPC.text());
    }

    @Test
    void endsAtTheNextBatchWhenCancelled() throws BlockException {
        BlockBackend source = source("raw", "source");
        BlockBackend target = images.create("raw", "target", JobImages.LENGTH);
        JobControl control = new JobControl();
        control.cancel();

        assertThatThrownBy(() ->
                        new Convert(List.of(source), target, ZEROES, control, warnings::add).run())
                .isInstanceOf(CancelledJobException.class);
    }

    @Test
    void progressEndsAtTheTotal() throws BlockException {
        BlockBackend source = source("qcow2", "source");
        BlockBackend target = images.create("raw", "target", JobImages.LENGTH);
        JobControl control = new JobControl();

        new Convert(List.of(source), target, ZEROES, control, warnings::add).run();

        assertThat(control.done()).isEqualTo(control.total()).isPositive();
    }
}
