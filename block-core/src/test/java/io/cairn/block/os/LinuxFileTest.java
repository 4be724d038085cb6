package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.HostException;
import io.cairn.block.PooledBuffer;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.ByteBuffer;

class LinuxFileTest extends HostFileContract {
    @BeforeEach
    void needsLinux() {
        assumeTrue(LinuxHost.isAvailable(), "no native calls here");
    }

    @Override
    Host host() {
        return new LinuxHost(true);
    }

    @Test
    void findsDataAndHoles() throws IOException {
        try (HostFile file = create("a")) {
            file.truncate(10 << 20);
            file.write(1 << 20, pattern(1 << 20, 1));

            assertThat(file.extentAt(0, 1L << 40)).isEqualTo(new FileExtent(false, 1 << 20));
            assertThat(file.extentAt(4096, 512)).isEqualTo(new FileExtent(false, 512));
            assertThat(file.extentAt(1 << 20, 1L << 40)).isEqualTo(new FileExtent(true, 1 << 20));
            assertThat(file.extentAt(2 << 20, 9 << 20)).isEqualTo(new FileExtent(false, 9 << 20));
        }
    }

    @Test
    void allocatesPunchesAndZeroes() throws IOException {
        try (HostFile file = create("a")) {
            file.allocate(0, 1 << 20);
            assertThat(file.length()).isEqualTo(1 << 20);
            assertThat(file.stat().diskUsage()).isGreaterThanOrEqualTo(1 << 20);

            file.write(0, pattern(1 << 20, 1));
            file.punchHole(4096, 512 << 10);
            assertThat(file.length()).isEqualTo(1 << 20);
            assertThat(file.stat().diskUsage()).isLessThan(1 << 20);
            assertThat(read(file, 0, 8192).slice(4096, 4096)).isEqualTo(ByteBuffer.allocate(4096));

            zeroOrSkip(file, 1 << 20, 4096);
            assertThat(file.length()).isEqualTo((1 << 20) + 4096);
        }
    }

    private static void zeroOrSkip(HostFile file, long offset, long length) throws BlockException {
        try {
            file.zeroRange(offset, length);
        } catch (HostException e) {
            abort("zeroRange: " + e.getMessage());
        }
    }

    @Test
    void copiesWithinTheKernel() throws IOException {
        try (HostFile from = create("from");
                HostFile to = create("to")) {
            ByteBuffer data = pattern(100_000, 1);
            from.write(0, data);

            assertThat(to.copyRange(from, 1000, 500, 200_000)).isEqualTo(99_000);
            assertThat(to.copyRange(from, 100_000, 0, 10)).isZero();

            assertThat(read(to, 500, 99_000)).isEqualTo(data.slice(1000, 99_000));
        }
    }

    @Test
    void directRequestsReachTheEndOfAnOddFile() throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(10_000, 1));
        }
        try (HostFile file = openDirect();
                PooledBuffer pages = BufferPool.shared().acquire(16384)) {
            IoAlignment alignment = file.alignment();
            assertThat(alignment.request()).isBetween(1, 4096);

            assertThat(file.read(0, pages.buffer())).isEqualTo(10_000);
            assertThat(file.read(8192, pages.buffer())).isEqualTo(10_000 - 8192);
            assertThat(file.read(12_288, pages.buffer())).isZero();
            assertThat(pages.buffer().slice(0, 1808))
                    .isEqualTo(pattern(10_000, 1).slice(8192, 1808));
        }
    }

    private HostFile openDirect() throws BlockException {
        try {
            return open(directory.resolve("a"), OpenFlags.READ_WRITE.withDirect(true));
        } catch (HostException e) {
            abort("O_DIRECT: " + e.getMessage());
            throw e;
        }
    }

    @Test
    void misalignedDirectRequestIsInvalid() throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(10_000, 1));
        }
        try (HostFile file = openDirect();
                PooledBuffer pages = BufferPool.shared().acquire(4096)) {
            assumeTrue(file.alignment().request() > 1, "any alignment goes here");
            assertThatExceptionOfType(HostException.class)
                    .isThrownBy(() -> file.read(1, pages.buffer()))
                    .withMessage("Invalid argument");
        }
    }

    @Test
    void probingAgreesWithWhatTheFilesystemSays() throws IOException {
        try (HostFile file = create("a")) {
            file.truncate(1 << 20);
            file.write(128 << 10, pattern(10_000, 1));
        }
        OpenFlags flags = OpenFlags.READ_ONLY.withDirect(true);
        openDirect().close();
        int fd = LinuxCalls.open(directory.resolve("a").toString(), flags);
        try {
            IoAlignment said = LinuxStat.directAlignment(fd);
            assumeTrue(said != IoAlignment.NONE, "the filesystem does not say");
            assertThat(DirectAlignment.probe(fd).request()).isEqualTo(said.request());
        } finally {
            LinuxCalls.close(fd);
        }
    }

    private static ByteBuffer read(HostFile file, long offset, int length) throws BlockException {
        ByteBuffer back = ByteBuffer.allocateDirect(length);
        assertThat(file.read(offset, back)).isEqualTo(length);
        return back;
    }
}
