package io.cairn.job.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.job.JobControl;
import io.cairn.job.JobImages;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;

@Timeout(60)
class PipelineTest {
    private static final int SLOTS = 5;

    private final JobImages images = new JobImages();
    private final List<Long> written = Collections.synchronizedList(new ArrayList<>());
    private long numbers;

    @AfterEach
    void close() {
        images.close();
    }

    /// Notes the numbers of the batches that are written; that of `failing` cannot be.
    private List<Slot> slots(BlockBackend target, long failing) {
        JoinedDisk disk = new JoinedDisk(List.of(target));
        List<Slot> slots = new ArrayList<>();
        for (int i = 0; i < SLOTS; i++) {
            RangeWriter writer =
                    new RangeWriter(target, TargetContent.UNKNOWN) {
                        @Override
                        void prepare(Range range, ByteBuffer buffer, int index) {}

                        @Override
                        void writeData(Range range, ByteBuffer buffer, int index)
                                throws BlockException {
                            if (range.offset() == failing) {
                                throw new BlockException(Errno.EIO, "batch " + failing);
                            }
                            written.add(range.offset());
                        }
                    };
            slots.add(
                    new Slot(
                            writer,
                            ByteBuffer.allocateDirect(1),
                            new SalvageReader(disk, false, _ -> {}),
                            new Offload(disk, target, false)));
        }
        return slots;
    }

    private synchronized long number() {
        return numbers++;
    }

    private void run(boolean isOrdered, long count, long failing) throws BlockException {
        BlockBackend disk = images.create("raw", "disk", JobImages.LENGTH);
        Pipeline pipeline = new Pipeline(slots(disk, failing), isOrdered, new JobControl());
        try (Workers workers = Workers.platform("test:pipeline")) {
            for (int i = 0; i < SLOTS; i++) {
                workers.fork(() -> {
                    for (Slot slot = pipeline.take(); slot != null; slot = pipeline.take()) {
                        long number = number();
                        if (number >= count) {
                            pipeline.giveBack(slot);
                            return;
                        }
                        Range range = new Range(Range.Kind.DATA, number, 1);
                        slot.read(new Batch(number, number, List.of(range)));
                        pipeline.put(slot);
                    }
                });
            }
            workers.join();
        }
    }

    @Test
    void writesInTheOrderOfNumbers() throws BlockException {
        run(true, 2000, -1);

        assertThat(written).containsExactlyElementsOf(upTo(2000));
    }

    @Test
    void writesEachBatchOnceInAnyOrder() throws BlockException {
        run(false, 2000, -1);

        assertThat(written).containsExactlyInAnyOrderElementsOf(upTo(2000));
    }

    @Test
    void writesAllBeforeTheBatchThatFailsAndNothingBehindIt() {
        assertThatThrownBy(() -> run(true, 2000, 700)).hasMessageContaining("batch 700");

        assertThat(written).containsExactlyElementsOf(upTo(700));
    }

    @Test
    void turnsEverybodyAwayWhenClosed() throws BlockException {
        BlockBackend disk = images.create("raw", "disk", JobImages.LENGTH);
        Pipeline pipeline = new Pipeline(slots(disk, -1), true, new JobControl());
        List<Slot> all = new ArrayList<>();
        for (Slot slot = pipeline.take(); all.size() < SLOTS - SLOTS / 4 - 1; ) {
            all.add(slot);
            slot = pipeline.take();
        }

        try (Workers workers = Workers.platform("test:pipeline")) {
            workers.fork(() -> assertThat(pipeline.take()).isNull());
            pipeline.close();
            workers.join();
        }

        assertThat(pipeline.take()).isNull();
    }

    private static List<Long> upTo(long end) {
        return LongStream.range(0, end).boxed().toList();
    }
}
