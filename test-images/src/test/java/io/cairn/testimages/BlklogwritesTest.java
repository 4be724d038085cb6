package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

class BlklogwritesTest {
    private static final long SEED = Long.getLong("cairn.seed", 20261122L);
    private static final int LENGTH = 128 << 10;
    private static final long MAGIC = 0x6A736677736872L;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FilterDrivers());
    private MemoryStorage log = new MemoryStorage();

    @BeforeEach
    void makeDisk() {
        host.put("file", new MemoryStorage(new byte[LENGTH]));
        log = host.put("log", new MemoryStorage());
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private BlockBackend open(Options options) throws BlockException {
        options.put("driver", "blklogwrites");
        for (String child : List.of("file", "log")) {
            options.put(child + ".driver", MemoryHost.DRIVER).put(child + ".filename", child);
        }
        return graph.graph()
                .open(
                        new OpenRequest(null, options, TestGraph.WRITABLE, true),
                        Permissions.ALL,
                        Permissions.ALL);
    }

    // ---- a reader of logs that shares nothing with the writer

    /// @param flags 1 flush, 2 FUA, 4 discard, 8 mark
    private record Entry(long sector, long count, long flags, ByteBuffer data) {}

    private record Log(int sectorSize, List<Entry> entries) {
        static Log of(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(buffer.getLong(0)).isEqualTo(MAGIC);
            assertThat(buffer.getLong(8)).isEqualTo(1);
            long count = buffer.getLong(16);
            int sectorSize = buffer.getInt(24);
            List<Entry> entries = new ArrayList<>();
            int at = sectorSize;
            for (long i = 0; i < count; i++) {
                long sectors = buffer.getLong(at + 8);
                long flags = buffer.getLong(at + 16);
                int length = (flags & 4) != 0 ? 0 : (int) sectors * sectorSize;
                int data = at + sectorSize;
                entries.add(
                        new Entry(
                                buffer.getLong(at),
                                sectors,
                                flags,
                                ByteBuffer.wrap(bytes, data, length)));
                at = data + length;
            }
            return new Log(sectorSize, entries);
        }

        /// The disk as the first entries leave it; a discard here reads as zeroes, as in the memory
        /// host.
        void replay(int count, byte[] disk) {
            for (Entry entry : entries.subList(0, count)) {
                int from = (int) entry.sector() * sectorSize;
                int to = from + (int) entry.count() * sectorSize;
                if ((entry.flags() & 4) != 0) {
                    Arrays.fill(disk, from, to, (byte) 0);
                } else {
                    entry.data().duplicate().get(disk, from, to - from);
                }
            }
        }
    }

    // ---- tests

    @ParameterizedTest
    @CsvSource({"512, 1", "512, 4096", "4096, 3", "32, 7"})
    void replayingTheLogGivesTheDiskAtEveryFlush(int sectorSize, int interval)
            throws BlockException {
        Random random = new Random(SEED + sectorSize);
        List<ByteBuffer> flushed = new ArrayList<>();
        Options options =
                new Options()
                        .put("log-sector-size", sectorSize)
                        .put("log-super-update-interval", interval);
        try (BlockBackend disk = open(options)) {
            for (int i = 0; i < 200; i++) {
                step(disk, random, flushed);
            }
        }

        Log written = Log.of(log.content());
        assertThat(written.sectorSize()).isEqualTo(sectorSize);
        byte[] replayed = new byte[LENGTH];
        written.replay(written.entries().size(), replayed);
        assertThat(replayed).as("seed %d", SEED).isEqualTo(host.get("file").content());
        List<ByteBuffer> seen = new ArrayList<>();
        for (int i = 0; i < written.entries().size(); i++) {
            if (written.entries().get(i).flags() == 1) {
                byte[] state = new byte[LENGTH];
                written.replay(i, state);
                seen.add(ByteBuffer.wrap(state));
            }
        }
        assertThat(seen.subList(0, flushed.size())).as("seed %d", SEED).isEqualTo(flushed);
    }

    private void step(BlockBackend disk, Random random, List<ByteBuffer> flushed)
            throws BlockException {
        int offset = random.nextInt(LENGTH - 9000);
        int length = 1 + random.nextInt(9000);
        switch (random.nextInt(6)) {
            case 0, 1, 2 -> {
                byte[] data = new byte[length];
                random.nextBytes(data);
                disk.write(
                        offset,
                        ByteBuffer.allocateDirect(length).put(data).flip(),
                        WriteFlags.NONE);
            }
            case 3 -> disk.writeZeroes(offset, length, WriteFlags.NONE);
            case 4 -> disk.discard(offset, length);
            default -> {
                long before = log.content().length;
                disk.flush();
                if (log.content().length > before) {
                    flushed.add(ByteBuffer.wrap(host.get("file").content()));
                }
            }
        }
    }

    @Test
    void continuesALogInTheSectorSizeThatItHas() throws BlockException {
        try (BlockBackend disk = open(new Options().put("log-sector-size", 4096))) {
            write(disk, 0);
        }
        try (BlockBackend disk = open(new Options().put("log-append", true))) {
            write(disk, 8192);
        }

        Log written = Log.of(log.content());
        assertThat(written.sectorSize()).isEqualTo(4096);
        assertThat(written.entries()).extracting(Entry::sector).containsExactly(0L, 0L, 2L, 0L);
        assertThat(written.entries()).extracting(Entry::flags).containsExactly(0L, 1L, 0L, 1L);
    }

    @Test
    void writesTheSuperblockAtItsIntervalAndAtAFlush() throws BlockException {
        try (BlockBackend disk = open(new Options().put("log-super-update-interval", 2))) {
            write(disk, 0);
            assertThat(log.content()).startsWith(new byte[512]);
            write(disk, 0);
            write(disk, 0);
            assertThat(Log.of(log.content()).entries()).hasSize(2);
            disk.flush();
            assertThat(Log.of(log.content()).entries()).hasSize(4);
        }
    }

    private static void write(BlockBackend disk, long offset) throws BlockException {
        disk.write(offset, ByteBuffer.allocateDirect(512), WriteFlags.NONE);
    }

    @Test
    void leavesTheLogAloneWhereNothingIsWritten() throws BlockException {
        try (BlockBackend disk = open(new Options())) {
            disk.read(0, ByteBuffer.allocateDirect(512));
            disk.flush();
        }

        assertThat(log.calls()).isZero();
    }

    @Test
    void logsWhatFailsToo() throws BlockException {
        try (BlockBackend disk = open(new Options())) {
            for (Workers.Body request :
                    List.<Workers.Body>of(
                            () -> write(disk, 1024),
                            () -> disk.writeZeroes(2048, 512, WriteFlags.NONE),
                            () -> disk.discard(4096, 1024),
                            disk::flush)) {
                host.get("file").failAfter(0, Errno.EIO);
                assertThatThrownBy(request::run).isInstanceOf(BlockException.class);
            }
        }

        List<Entry> entries = Log.of(log.content()).entries();
        assertThat(entries).extracting(Entry::sector).startsWith(2L, 4L, 8L, 0L);
        assertThat(entries).extracting(Entry::count).startsWith(1L, 1L, 2L, 0L);
        assertThat(entries).extracting(Entry::flags).startsWith(0L, 0L, 4L, 1L);
    }

    /// Logs that claim the impossible, which end in an error or behind their end, and never hang.
    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 1L << 62, 1L << 54, Long.MAX_VALUE})
    void refusesALogWhoseEntriesCannotBe(long number) {
        for (boolean isCount : new boolean[] {true, false}) {
            ByteBuffer bytes = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putLong(0, MAGIC).putLong(8, 1).putLong(16, isCount ? number : 1);
            bytes.putInt(24, 512).putLong(520, isCount ? 0 : number);
            host.put("log", new MemoryStorage(bytes.array()));

            assertThatThrownBy(() -> open(new Options().put("log-append", true)))
                    .isInstanceOf(BlockException.class)
                    .hasMessageContaining("Log entry");
        }
    }
}
