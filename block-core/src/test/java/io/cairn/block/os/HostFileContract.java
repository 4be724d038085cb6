package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.OutOfSpaceException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/// What every kind of host file does.
abstract class HostFileContract {
    @TempDir Path directory;

    abstract Host host();

    HostFile open(Path path, OpenFlags flags) throws BlockException {
        return host().open(path.toString(), flags);
    }

    HostFile create(String name) throws BlockException {
        return open(directory.resolve(name), OpenFlags.READ_WRITE.withCreateNew());
    }

    static ByteBuffer pattern(int length, int seed) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return buffer.put(0, bytes);
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    /// Runs on a platform thread or on a virtual one.
    static void on(boolean virtual, Workers.Body body) throws BlockException {
        try (Workers workers = virtual ? Workers.virtual("test") : Workers.platform("test")) {
            workers.fork(body);
            workers.join();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsBackWhatWasWritten(boolean virtual) throws IOException {
        try (HostFile file = create("a")) {
            on(
                    virtual,
                    () -> {
                        ByteBuffer data = pattern(100_000, 1);

                        file.write(12_345, data);

                        ByteBuffer back = ByteBuffer.allocateDirect(100_000);
                        assertThat(file.read(12_345, back)).isEqualTo(100_000);
                        assertThat(back).isEqualTo(data);
                        assertThat(file.length()).isEqualTo(112_345);
                    });
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void behavesAsAnArrayOfBytes(boolean virtual) throws IOException {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        byte[] model = new byte[1 << 20];
        try (HostFile file = create("a")) {
            file.truncate(model.length);
            on(
                    virtual,
                    () -> {
                        for (int i = 0; i < 500; i++) {
                            step(file, model, random);
                        }
                    });
        }
        assertThat(Files.readAllBytes(directory.resolve("a"))).isEqualTo(model);
    }

    private static void step(HostFile file, byte[] model, Random random) throws BlockException {
        int offset = random.nextInt(model.length);
        int length = random.nextInt(Math.min(model.length - offset, 70_000) + 1);
        ByteBuffer buffer = pattern(length + 10, random.nextInt());
        buffer.position(3).limit(3 + length);
        ByteBuffer[] parts = split(buffer, random);
        switch (random.nextInt(5)) {
            case 0 -> file.write(offset, buffer);
            case 1 -> file.write(offset, parts);
            case 2 -> file.writeDurably(offset, parts);
            case 3 -> {
                assertThat(file.read(offset, buffer)).isEqualTo(length);
                assertThat(bytes(buffer)).isEqualTo(range(model, offset, length));
            }
            default -> {
                assertThat(file.read(offset, parts)).isEqualTo(length);
                assertThat(bytes(buffer)).isEqualTo(range(model, offset, length));
            }
        }
        assertThat(buffer.position()).isEqualTo(3);
        assertThat(buffer.limit()).isEqualTo(3 + length);
        buffer.get(3, model, offset, length);
    }

    private static byte[] range(byte[] model, int offset, int length) {
        return Arrays.copyOfRange(model, offset, offset + length);
    }

    private static ByteBuffer[] split(ByteBuffer buffer, Random random) {
        ByteBuffer[] parts = new ByteBuffer[1 + random.nextInt(6)];
        int at = buffer.position();
        for (int i = 0; i < parts.length; i++) {
            int end =
                    i == parts.length - 1
                            ? buffer.limit()
                            : at + random.nextInt(buffer.limit() - at + 1);
            parts[i] = buffer.duplicate().position(at).limit(end);
            at = end;
        }
        return parts;
    }

    @Test
    void takesMoreBuffersThanTheKernelDoesAtOnce() throws IOException {
        ByteBuffer data = pattern(5000, 3);
        ByteBuffer back = ByteBuffer.allocateDirect(5000);
        ByteBuffer[] sources = new ByteBuffer[2500];
        ByteBuffer[] targets = new ByteBuffer[2500];
        for (int i = 0; i < sources.length; i++) {
            sources[i] = data.slice(2 * i, 2);
            targets[i] = back.slice(2 * i, 2);
        }
        try (HostFile file = create("a")) {
            file.write(7, sources);

            assertThat(file.read(7, targets)).isEqualTo(5000);
            assertThat(back).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readStopsAtTheEndOfTheFile(boolean virtual) throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(1000, 1));
            on(
                    virtual,
                    () -> {
                        ByteBuffer back = ByteBuffer.allocateDirect(4096);
                        assertThat(file.read(600, back)).isEqualTo(400);
                        assertThat(file.read(1000, back)).isZero();
                        assertThat(file.read(1L << 40, back)).isZero();
                        assertThat(file.read(600, new ByteBuffer[] {back.slice(0, 300), back}))
                                .isEqualTo(400);
                    });
        }
    }

    @Test
    void readsZeroesBehindTheEndOfTheFileWhereAskedTo() throws IOException {
        try (HostFile file = create("a")) {
            ByteBuffer data = pattern(1000, 1);
            file.write(0, data);
            ByteBuffer back = pattern(3000, 2);

            file.readFully(500, new ByteBuffer[] {back.slice(0, 200), back.slice(200, 2800)});

            assertThat(back.slice(0, 500)).isEqualTo(data.slice(500, 500));
            assertThat(back.slice(500, 2500)).isEqualTo(ByteBuffer.allocate(2500));
        }
    }

    @Test
    void truncatesAndGrowsWithZeroes() throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(1000, 1));

            file.truncate(10);
            file.truncate(20);

            assertThat(file.length()).isEqualTo(20);
            ByteBuffer back = pattern(10, 1);
            file.readFully(10, back);
            assertThat(back).isEqualTo(ByteBuffer.allocate(10));
        }
    }

    @Test
    void tellsWhatIsWrongWithAName() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        Files.createSymbolicLink(directory.resolve("link"), file);
        Files.createSymbolicLink(directory.resolve("loop"), directory.resolve("loop"));

        assertFails(Errno.ENOENT, directory.resolve("none"), OpenFlags.READ_ONLY);
        assertFails(Errno.ENOTDIR, file.resolve("below"), OpenFlags.READ_ONLY);
        assertFails(Errno.EEXIST, file, OpenFlags.READ_WRITE.withCreateNew());
        assertFails(Errno.EISDIR, directory, OpenFlags.READ_WRITE);
        assertFails(Errno.ELOOP, directory.resolve("loop"), OpenFlags.READ_ONLY);
        assertFails(Errno.ELOOP, directory.resolve("link"), OpenFlags.READ_ONLY.withNoFollow());
        assertFails(Errno.ENAMETOOLONG, directory.resolve("n".repeat(300)), OpenFlags.READ_ONLY);
        assertFails(Errno.ENOENT, Path.of(""), OpenFlags.READ_ONLY);
    }

    private void assertFails(Errno errno, Path path, OpenFlags flags) {
        assertThatExceptionOfType(HostException.class)
                .as(path.toString())
                .isThrownBy(() -> open(path, flags).close())
                .withMessage(errno.text())
                .satisfies(e -> assertThat(e.errno()).isEqualTo(errno));
    }

    @Test
    void doesNotWriteWhatIsOpenForReading() throws IOException {
        create("a").close();
        try (HostFile file = open(directory.resolve("a"), OpenFlags.READ_ONLY)) {
            assertThatExceptionOfType(HostException.class)
                    .isThrownBy(() -> file.write(0, pattern(1, 1)))
                    .withMessage("Bad file descriptor");
        }
    }

    @Test
    void cutsAnExistingFileAndKeepsItsPermissions() throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(10, 1));
        }
        OpenFlags flags = OpenFlags.READ_WRITE.withCreate().withTruncate().withMode(0600);
        try (HostFile file = open(directory.resolve("a"), flags)) {
            assertThat(file.length()).isZero();
            assertThat(file.stat().permissions()).isEqualTo(0644);
        }
    }

    @Test
    void makesAFileWithTheModeAskedFor() throws IOException {
        OpenFlags flags = OpenFlags.READ_WRITE.withCreateNew().withMode(0600);
        try (HostFile file = open(directory.resolve("a"), flags)) {
            assertThat(file.stat().permissions()).isEqualTo(0600);
            assertThat(file.flags().create()).isFalse();
            assertThat(file.flags().exclusive()).isFalse();
        }
    }

    @Test
    void aFullDeviceIsOutOfSpace() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "no /dev/full here");
        try (HostFile file = open(full, OpenFlags.READ_WRITE)) {
            assertThatExceptionOfType(OutOfSpaceException.class)
                    .isThrownBy(() -> file.write(0, pattern(10, 1)))
                    .withMessage("No space left on device");
            assertThat(file.stat().kind()).isEqualTo(FileStat.Kind.CHARACTER_DEVICE);
        }
    }

    @Test
    void behindTheEndOfTheFileIsAHole() throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(100_000, 1));

            assertThat(file.extentAt(0, 1 << 20)).isEqualTo(new FileExtent(true, 100_000));
            assertThat(file.extentAt(5, 10)).isEqualTo(new FileExtent(true, 10));
            assertThat(file.extentAt(100_000, 77)).isEqualTo(new FileExtent(false, 77));
        }
    }

    @Test
    void opensTheSameFileAgainAfterItsNameIsGone() throws IOException {
        assumeTrue(opensAgainWithoutName(), "the portable layer opens by name");
        Path path = directory.resolve("a");
        try (HostFile file = create("a")) {
            file.write(0, pattern(10, 1));
            HostPath.delete(path.toString());
            Files.writeString(path, "another");

            try (HostFile again = file.reopen(OpenFlags.READ_ONLY)) {
                assertThat(again.length()).isEqualTo(10);
                assertThat(again.stat().isSameFile(file.stat())).isTrue();
                assertThat(again.path()).isEqualTo(file.path());
            }
        }
    }

    boolean opensAgainWithoutName() {
        return true;
    }

    @Test
    void statsWhatANameStandsFor() throws IOException {
        try (HostFile file = create("a")) {
            file.write(0, pattern(10_000, 1));
            file.sync();
            file.flush();

            FileStat stat = host().stat(file.path());
            assertThat(stat.length()).isEqualTo(10_000);
            assertThat(stat.kind()).isEqualTo(FileStat.Kind.REGULAR);
            assertThat(stat.diskUsage()).isGreaterThanOrEqualTo(10_000);
            assertThat(stat.isSameFile(file.stat())).isTrue();
        }
        assertThat(host().stat(directory.toString()).kind()).isEqualTo(FileStat.Kind.DIRECTORY);
    }

    @Test
    void locksTellUsersApart() throws IOException {
        try (HostFile file = create("a");
                ByteLocks first = file.openLocks();
                ByteLocks second = file.openLocks()) {
            assertThat(first.tryLockShared(101)).isTrue();

            assertThat(second.isHeldElsewhere(101)).isTrue();
            assertThat(second.isHeldElsewhere(102)).isFalse();
            assertThat(first.isHeldElsewhere(101)).isFalse();
            assertThat(second.tryLockShared(101)).isTrue();
            assertThat(first.isHeldElsewhere(101)).isTrue();

            second.unlock(101);
            assertThat(first.isHeldElsewhere(101)).isFalse();
        }
    }

    @Test
    void locksOutliveTheFileTheyWereOpenedBy() throws IOException {
        HostFile file = create("a");
        try (ByteLocks second = file.openLocks()) {
            try (ByteLocks first = file.openLocks()) {
                assertThat(first.tryLockShared(101)).isTrue();
                file.close();
                open(directory.resolve("a"), OpenFlags.READ_ONLY).close();

                assertThat(second.isHeldElsewhere(101)).isTrue();
            }
            assertThat(second.isHeldElsewhere(101)).isFalse();
        }
    }

    @Test
    void closingTwiceDoesNothing() throws IOException {
        HostFile file = create("a");
        file.close();
        file.close();
    }
}
