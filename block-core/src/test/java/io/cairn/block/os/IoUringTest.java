package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.Aio;
import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.HostException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Workers;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;

class IoUringTest {
    private static final int BLOCK = 4096;
    private static final int BLOCKS = 4096;

    @TempDir Path directory;

    @BeforeEach
    void needsRing() {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
        try {
            IoUring.demand();
        } catch (BlockException e) {
            abort("io_uring: " + e.getMessage());
        }
    }

    /// Each worker owns every 1200th block; there are more workers than the ring takes at once.
    @Test
    void carriesMoreRequestsAtOnceThanItHolds() throws IOException {
        int count = 1200;
        try (HostFile file = openDirect();
                Workers workers = Workers.virtual("test")) {
            file.truncate(BLOCK * BLOCKS);
            for (int i = 0; i < count; i++) {
                int id = i;
                workers.fork(() -> writeAndReadBack(file, id, count));
            }
            workers.join();
        }
    }

    private static void writeAndReadBack(HostFile file, int id, int step) throws BlockException {
        Random random = new Random(id);
        long[] written = new long[BLOCKS];
        try (PooledBuffer page = BufferPool.shared().acquire(BLOCK)) {
            ByteBuffer buffer = page.buffer();
            for (int round = 0; round < 10; round++) {
                int block = id + step * random.nextInt((BLOCKS - id + step - 1) / step);
                long value = random.nextLong();
                buffer.putLong(0, value).putLong(BLOCK - 8, value);
                file.write((long) block * BLOCK, buffer);
                written[block] = value;
                int other = id + step * random.nextInt((BLOCKS - id + step - 1) / step);
                assertThat(file.read((long) other * BLOCK, buffer)).isEqualTo(BLOCK);
                assertThat(buffer.getLong(0)).isEqualTo(written[other]);
                assertThat(buffer.getLong(BLOCK - 8)).isEqualTo(written[other]);
            }
        }
    }

    @Test
    void errorsReachTheCallerThatMadeThem() throws IOException {
        try (HostFile file = openDirect();
                PooledBuffer page = BufferPool.shared().acquire(BLOCK)) {
            assumeTrue(file.alignment().request() > 1, "any alignment goes here");
            HostFileContract.on(
                    true,
                    () ->
                            assertThatExceptionOfType(HostException.class)
                                    .isThrownBy(() -> file.write(1, page.buffer()))
                                    .withMessage("Invalid argument"));
        }
    }

    private HostFile openDirect() throws BlockException {
        OpenFlags flags = OpenFlags.READ_WRITE.withCreate().withAio(Aio.IO_URING);
        String path = directory.resolve("a").toString();
        try {
            return HostFile.open(path, flags.withDirect(true));
        } catch (HostException _) {
            return HostFile.open(path, flags);
        }
    }
}
