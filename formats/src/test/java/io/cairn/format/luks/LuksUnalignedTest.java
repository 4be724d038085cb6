package io.cairn.format.luks;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;

/// Requests that begin and end within sectors of any size.
class LuksUnalignedTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_127L);
    private static final int LENGTH = 64 << 10;
    private static final int REQUESTS = 300;
    private static final int MAX_REQUEST = 9000;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @AfterEach
    void close() {
        graph.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version=1",
                "version=2,pbkdf=pbkdf2,sector-size=512",
                "version=2,pbkdf=pbkdf2,sector-size=1024",
                "version=2,pbkdf=pbkdf2,sector-size=2048",
                "version=2,pbkdf=pbkdf2,sector-size=4096"
            })
    void unalignedWritesLeaveTheirNeighboursAlone(String creation) throws BlockException {
        System.out.println("LuksUnalignedTest: -Dcairn.seed=" + SEED);
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
        graph.create(
                "luks",
                "disk",
                Keyval.parseOpts(creation + ",iter-time=0,key-secret=s,size=" + LENGTH, null)
                        .toOptions());
        byte[] model = new byte[LENGTH];
        Random random = new Random(SEED);
        try (BlockBackend disk = open()) {
            disk.write(0, ByteBuffer.allocateDirect(LENGTH), WriteFlags.NONE);
            for (int i = 0; i < REQUESTS; i++) {
                int offset = random.nextInt(LENGTH - 1);
                int length = 1 + random.nextInt(Math.min(MAX_REQUEST, LENGTH - offset));
                if (random.nextBoolean()) {
                    byte[] data = new byte[length];
                    random.nextBytes(data);
                    disk.write(
                            offset,
                            ByteBuffer.allocateDirect(length).put(0, data),
                            WriteFlags.NONE);
                    System.arraycopy(data, 0, model, offset, length);
                } else {
                    assertThat(read(disk, offset, length))
                            .as("%d bytes at %d", length, offset)
                            .isEqualTo(Arrays.copyOfRange(model, offset, offset + length));
                }
            }
        }
        try (BlockBackend again = open()) {
            assertThat(read(again, 0, LENGTH)).isEqualTo(model);
        }
    }

    /// What was asked for fits in, whatever the sectors' size.
    @ParameterizedTest
    @ValueSource(ints = {512, 1024, 2048, 4096})
    void lengthsAreOfWholeSectors(int sector) throws BlockException {
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
        graph.create(
                "luks",
                "disk",
                Keyval.parseOpts(
                                "version=2,pbkdf=pbkdf2,iter-time=0,key-secret=s,sector-size="
                                        + sector
                                        + ",size="
                                        + (LENGTH + 512),
                                null)
                        .toOptions());
        try (BlockBackend disk = open()) {
            assertThat(disk.length()).isEqualTo(LENGTH + sector);
            assertThat(read(disk, LENGTH + 512, sector - 512)).isEqualTo(new byte[sector - 512]);

            disk.truncate(2 * LENGTH + 512, false, Preallocation.OFF, false);

            assertThat(disk.length()).isEqualTo(2 * LENGTH + sector);
        }
    }

    /// The peer leaves the file as long as was asked for, and the disk has one sector more.
    @Test
    void volumeOfVersion1HasTheLengthThatWasAskedFor() throws BlockException {
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
        graph.create(
                "luks",
                "disk",
                Keyval.parseOpts("iter-time=0,key-secret=s,size=1001", null).toOptions());

        assertThat(graph.host().get("disk").content()).hasSize(2_068_480 + 1001);
        try (BlockBackend disk = open()) {
            assertThat(disk.length()).isEqualTo(1024);
        }
    }

    private BlockBackend open() throws BlockException {
        return graph.open("luks", "disk", new Options().put("key-secret", "s"));
    }

    private static byte[] read(BlockBackend disk, int offset, int length) throws BlockException {
        ByteBuffer dst = ByteBuffer.allocateDirect(length);
        disk.read(offset, dst);
        byte[] bytes = new byte[length];
        dst.get(0, bytes);
        return bytes;
    }
}
