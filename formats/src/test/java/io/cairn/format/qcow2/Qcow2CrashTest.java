package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.CrashStates;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Cuts a run of guest requests at every host call: what a crash leaves checks clean but for leaks,
/// and holds what was flushed.
class Qcow2CrashTest {
    private static final int LENGTH = 256 << 10;
    private static final int SECTOR = 512;
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));

    /// What the guest had, sector by sector, at a point of the record of host calls.
    ///
    /// @param ops host calls that had been recorded when the guest saw the request done
    /// @param content what the disk held then
    /// @param flushed true if the request was a flush
    private record Moment(int ops, ByteBuffer content, boolean flushed) {}

    @ParameterizedTest
    @CsvSource({
        "65536, 16, 1.1, 1",
        "4096, 16, 1.1, 2",
        "512, 16, 1.1, 3",
        "512, 1, 1.1, 4",
        "4096, 64, 1.1, 5",
        "4096, 16, 0.10, 6"
    })
    void holdsWhatWasFlushed(int clusterSize, int refcountBits, String compat, long seed)
            throws Exception {
        MemoryHost host = new MemoryHost();
        TestGraph graph = new TestGraph(host, new FormatDrivers());
        graph.create(
                "qcow2",
                "disk",
                new Options()
                        .put("size", Integer.toString(LENGTH))
                        .put("cluster_size", Integer.toString(clusterSize))
                        .put("refcount_bits", Integer.toString(refcountBits))
                        .put("compat", compat));
        MemoryStorage storage = host.get("disk");
        byte[] initial = storage.content();
        List<Moment> moments = new ArrayList<>();
        moments.add(new Moment(0, ByteBuffer.allocate(LENGTH), true));
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            storage.record();
            runGuest(disk, storage, moments, new Random(seed), FULL ? 60 : 25);
        }

        int[] states = {0};
        new CrashStates(initial, storage.ops(), seed, FULL ? 20 : 3)
                .forEach((image, flushed, cut, description) -> {
                    states[0]++;
                    host.put("crashed", new MemoryStorage(image));
                    verify(graph, moments, cut, description);
                });
        assertThat(states[0]).isGreaterThan(100);
    }

    private static void runGuest(
            BlockBackend disk,
            MemoryStorage storage,
            List<Moment> moments,
            Random random,
            int steps)
            throws BlockException {
        byte[] content = new byte[LENGTH];
        for (int step = 0; step < steps; step++) {
            int offset = random.nextInt(LENGTH / SECTOR) * SECTOR;
            int length = Math.min(LENGTH - offset, (1 + random.nextInt(40)) * SECTOR);
            boolean flush = false;
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    disk.write(
                            offset,
                            ByteBuffer.allocateDirect(length).put(data).flip(),
                            WriteFlags.NONE);
                    System.arraycopy(data, 0, content, offset, length);
                }
                case 3 -> {
                    disk.writeZeroes(offset, length, WriteFlags.MAY_UNMAP);
                    Arrays.fill(content, offset, offset + length, (byte) 0);
                }
                case 4 -> {
                    disk.discard(offset, length);
                    ByteBuffer now = ByteBuffer.allocateDirect(length);
                    disk.read(offset, now);
                    now.get(content, offset, length);
                }
                default -> {
                    disk.flush();
                    flush = true;
                }
            }
            moments.add(new Moment(storage.ops().size(), ByteBuffer.wrap(content.clone()), flush));
        }
    }

    private static void verify(TestGraph graph, List<Moment> moments, int cut, String description)
            throws BlockException {
        CheckResult check = Qcow2Images.check(graph, "crashed");
        assertThat(check.corruptions()).as("corruptions after %s", description).isZero();
        assertThat(check.checkErrors()).as("errors after %s", description).isZero();
        int flushed = lastFlushed(moments, cut);
        int possible = firstAfter(moments, cut);
        try (BlockBackend disk = graph.open("qcow2", "crashed")) {
            ByteBuffer seen = ByteBuffer.allocateDirect(LENGTH);
            disk.read(0, seen);
            for (int offset = 0; offset < LENGTH; offset += SECTOR) {
                requireOneOf(seen, offset, moments.subList(flushed, possible + 1), description);
            }
        }
    }

    /// A sector holds what it held at the last completed flush, or what any later request put
    /// there.
    private static void requireOneOf(
            ByteBuffer seen, int offset, List<Moment> allowed, String description) {
        for (Moment moment : allowed) {
            if (seen.slice(offset, SECTOR).equals(moment.content().slice(offset, SECTOR))) {
                return;
            }
        }
        assertThat(offset)
                .as("sector holds nothing that was written, after %s", description)
                .isNegative();
    }

    private static int lastFlushed(List<Moment> moments, int cut) {
        int last = 0;
        for (int i = 0; i < moments.size() && moments.get(i).ops() <= cut; i++) {
            last = moments.get(i).flushed() ? i : last;
        }
        return last;
    }

    private static int firstAfter(List<Moment> moments, int cut) {
        for (int i = 0; i < moments.size(); i++) {
            if (moments.get(i).ops() > cut) {
                return i;
            }
        }
        return moments.size() - 1;
    }
}
