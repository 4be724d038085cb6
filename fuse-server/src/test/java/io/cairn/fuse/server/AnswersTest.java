package io.cairn.fuse.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;

/// What is answered to the kernel, message by message.
class AnswersTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_127L);
    private static final int ROUNDS =
            "full".equals(System.getProperty("cairn.effort")) ? 2_000_000 : 20_000;
    private static final int LENGTH = 1 << 20;
    private static final long NOW = 1_800_000_000L;
    private static final int USER = 11;
    private static final int GROUP = 12;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host);
    private final MemoryStorage storage = host.put("disk", new MemoryStorage(new byte[LENGTH]));
    private Exchange exchange;
    private Answers answers;

    @BeforeEach
    void serveWritable() throws BlockException {
        graph.graph()
                .add(
                        new OpenRequest(
                                "mem:disk",
                                new Options()
                                        .put("driver", MemoryHost.DRIVER)
                                        .put("node-name", "mem"),
                                TestGraph.WRITABLE,
                                true));
        exchange = Exchange.open();
        serve(true, false, true);
    }

    private void serve(boolean isWritable, boolean isGrowable, boolean isForOthers)
            throws BlockException {
        BlockNode node = graph.graph().find("mem").orElseThrow();
        BlockBackend disk =
                graph.graph()
                        .newBackend(
                                "",
                                node,
                                DiskFile.permissions(isWritable, isGrowable),
                                Permissions.ALL);
        answers =
                new Answers(
                        new DiskFile(disk, isWritable, isGrowable),
                        new Attributes(isWritable, isForOthers, USER, GROUP),
                        InstantSource.fixed(Instant.ofEpochSecond(NOW)));
    }

    @AfterEach
    void close() throws BlockException {
        exchange.close();
        graph.close();
    }

    /// The answer to a message; null if there is none.
    private @Nullable ByteBuffer exchange(ByteBuffer message) {
        message.rewind();
        exchange.room().put(0, message, 0, message.limit());
        ByteBuffer answer = answers.to(exchange.request(message.limit()), exchange);
        return answer == null ? null : answer.order(ByteOrder.nativeOrder());
    }

    /// The body of an answer that is no failure.
    private ByteBuffer ask(ByteBuffer message) {
        ByteBuffer answer = Objects.requireNonNull(exchange(message));
        assertThat(answer.getInt(0)).isEqualTo(answer.remaining());
        assertThat(answer.getInt(4)).isZero();
        assertThat(answer.getLong(8)).isEqualTo(Message.NUMBER);
        return answer.slice(16, answer.remaining() - 16).order(ByteOrder.nativeOrder());
    }

    private Errno refusal(ByteBuffer message) {
        ByteBuffer answer = Objects.requireNonNull(exchange(message));
        assertThat(answer.remaining()).isEqualTo(16);
        assertThat(answer.getInt(0)).isEqualTo(16);
        assertThat(answer.getInt(4)).isNegative();
        assertThat(answer.getLong(8)).isEqualTo(Message.NUMBER);
        return Errno.of(-answer.getInt(4));
    }

    private long length() {
        return ask(Message.of(FuseWire.GETATTR, 16)).getLong(16 + 8);
    }

    @Test
    void agreesOnWhatBothCan() {
        ByteBuffer out = ask(Message.init(7, 45, -1));

        assertThat(out.remaining()).isEqualTo(64);
        assertThat(out.getInt(0)).isEqualTo(7);
        assertThat(out.getInt(4)).isEqualTo(38);
        assertThat(out.getInt(8)).isEqualTo(131_072);
        assertThat(out.getInt(12)).isEqualTo(0x409029);
        assertThat(out.getInt(20)).isEqualTo(1 << 20);
        assertThat(out.getShort(28)).isEqualTo((short) 256);
        assertThat(ask(Message.init(7, 31, 0x20)).getInt(12)).isEqualTo(0x20);
    }

    @Test
    void asksANewerKernelForItsOwnVersionAndRefusesAnOldOne() {
        ByteBuffer out = ask(Message.init(8, 0, -1));
        assertThat(out.getInt(0)).isEqualTo(7);
        assertThat(out.getInt(12)).isZero();

        assertThat(refusal(Message.init(7, 22, 0))).isEqualTo(Errno.EPROTO);
        assertThat(refusal(Message.init(6, 99, 0))).isEqualTo(Errno.EPROTO);
    }

    @Test
    void describesARegularFile() {
        ByteBuffer out = ask(Message.of(FuseWire.GETATTR, 16));

        assertThat(out.remaining()).isEqualTo(104);
        assertThat(out.getLong(0)).isEqualTo(1);
        assertThat(out.getLong(16)).isEqualTo(1);
        assertThat(out.getLong(24)).isEqualTo(LENGTH);
        assertThat(out.getLong(32)).isEqualTo(LENGTH / 512);
        assertThat(out.getLong(40)).isEqualTo(NOW);
        assertThat(out.getLong(48)).isEqualTo(NOW);
        assertThat(out.getLong(56)).isEqualTo(NOW);
        assertThat(out.getInt(76)).isEqualTo(0100600);
        assertThat(out.getInt(80)).isEqualTo(1);
        assertThat(out.getInt(84)).isEqualTo(USER);
        assertThat(out.getInt(88)).isEqualTo(GROUP);
    }

    @Test
    void opensAnythingAndSaysNothingOfTheFilesystem() {
        assertThat(ask(Message.of(FuseWire.OPEN, 8)).getLong(8)).isZero();
        ByteBuffer statistics = ask(Message.of(FuseWire.STATFS, 0));
        assertThat(statistics.remaining()).isEqualTo(80);
        assertThat(statistics.getLong(0)).isZero();
        assertThat(statistics.getInt(40)).isEqualTo(512);
        assertThat(statistics.getInt(44)).isEqualTo(255);
        assertThat(ask(Message.of(FuseWire.RELEASE, 24)).hasRemaining()).isFalse();
    }

    @Test
    void readsWhatWasWrittenAndShortOfTheEnd() {
        byte[] data = {1, 2, 3, 4, 5};

        assertThat(ask(Message.write(LENGTH - 5, data)).getInt(0)).isEqualTo(5);
        assertThat(ask(Message.of(FuseWire.FSYNC, 16)).hasRemaining()).isFalse();

        ByteBuffer read = ask(Message.read(LENGTH - 6, 100));
        assertThat(read.remaining()).isEqualTo(6);
        assertThat(read).isEqualTo(ByteBuffer.wrap(new byte[] {0, 1, 2, 3, 4, 5}));
        assertThat(ask(Message.read(LENGTH, 100)).hasRemaining()).isFalse();
        assertThat(ask(Message.read(1L << 50, 100)).hasRemaining()).isFalse();
        assertThat(refusal(Message.read(-1, 100))).isEqualTo(Errno.EINVAL);
        assertThat(refusal(Message.read(0, (1 << 20) + 1))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void cutsWritesAtTheEndOfADiskThatMayNotGrow() {
        assertThat(ask(Message.write(LENGTH - 3, new byte[8])).getInt(0)).isEqualTo(3);
        assertThat(refusal(Message.write(LENGTH, new byte[8]))).isEqualTo(Errno.EIO);
        assertThat(refusal(Message.write(Long.MAX_VALUE, new byte[8]))).isEqualTo(Errno.EINVAL);
        assertThat(length()).isEqualTo(LENGTH);
    }

    @Test
    void growsWithWritesIfItMay() throws BlockException {
        serve(true, true, true);

        assertThat(ask(Message.write(LENGTH + 1024, new byte[] {9})).getInt(0)).isEqualTo(1);

        assertThat(length()).isEqualTo(LENGTH + 1536);
        assertThat(ask(Message.read(LENGTH + 1024, 1)).get(0)).isEqualTo((byte) 9);
    }

    @Test
    void resizesEvenIfItMayNotGrowByWrites() {
        assertThat(ask(Message.resize(512)).getLong(24)).isEqualTo(512);
        assertThat(ask(Message.resize(LENGTH * 2L)).getLong(24)).isEqualTo(LENGTH * 2L);
        assertThat(refusal(Message.resize(-1))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void refusesToChangeAFileThatIsReadOnly() throws BlockException {
        serve(false, true, true);

        assertThat(refusal(Message.write(0, new byte[1]))).isEqualTo(Errno.EACCES);
        assertThat(refusal(Message.resize(0))).isEqualTo(Errno.EACCES);
        assertThat(refusal(Message.allocate(0, 1, FuseWire.ZERO_RANGE))).isEqualTo(Errno.EACCES);
        assertThat(refusal(Message.changeMode(0600))).isEqualTo(Errno.EROFS);
        assertThat(ask(Message.changeMode(0500)).getInt(76)).isEqualTo(0100500);
        assertThat(length()).isEqualTo(LENGTH);
    }

    @Test
    void keepsPermissionsAndOwner() {
        assertThat(ask(Message.changeMode(0107640)).getInt(76)).isEqualTo(0107640);
        ByteBuffer out = ask(Message.changeOwner(5, 6));
        assertThat(out.getInt(84)).isEqualTo(5);
        assertThat(out.getInt(88)).isEqualTo(6);
    }

    @Test
    void grantsOthersNothingWhoCannotReachIt() throws BlockException {
        serve(true, false, false);

        assertThat(refusal(Message.changeMode(0640))).isEqualTo(Errno.EPERM);
        assertThat(refusal(Message.changeOwner(5, 6))).isEqualTo(Errno.ENOTSUP);
        assertThat(ask(Message.changeMode(0400)).getInt(76)).isEqualTo(0100400);
    }

    @Test
    void setsNoTimes() {
        ByteBuffer touch = Message.of(FuseWire.SETATTR, 88).putInt(Message.at(0), 1 << 4 | 1 << 5);

        assertThat(refusal(touch)).isEqualTo(Errno.ENOTSUP);
    }

    @ParameterizedTest
    @ValueSource(ints = {FuseWire.ZERO_RANGE, FuseWire.ZERO_RANGE | 1, FuseWire.PUNCH_HOLE | 1})
    void makesZeroes(int mode) {
        byte[] data = new byte[8192];
        Arrays.fill(data, (byte) 7);
        ask(Message.write(0, data));

        assertThat(ask(Message.allocate(100, 4096, mode)).hasRemaining()).isFalse();

        Arrays.fill(data, 100, 4196, (byte) 0);
        assertThat(ask(Message.read(0, 8192))).isEqualTo(ByteBuffer.wrap(data));
        assertThat(length()).isEqualTo(LENGTH);
    }

    @ParameterizedTest
    @CsvSource({
        // mode, offset behind the end, length, growth or error
        "0x00, -512, 1024, ENOTSUP",
        "0x00, 0, 1024, 1024",
        "0x00, 512, 1024, 1536",
        "0x01, 0, 1024, ENOTSUP",
        "0x02, 0, 1024, ENOTSUP",
        "0x03, -512, 1024, 0",
        "0x03, 0, 1024, 0",
        "0x03, 1, 1024, EIO",
        "0x10, -512, 1024, 512",
        "0x10, 512, 1024, 1536",
        "0x11, -512, 1024, 0",
        "0x11, 512, 1024, EIO",
        "0x08, 0, 1024, ENOTSUP"
    })
    void keepsToTheEndOrMovesIt(String mode, long behind, long length, String outcome) {
        ByteBuffer message = Message.allocate(LENGTH + behind, length, Integer.decode(mode));

        if (Character.isDigit(outcome.charAt(0))) {
            assertThat(ask(message).hasRemaining()).isFalse();
            assertThat(length()).isEqualTo(LENGTH + Long.parseLong(outcome));
        } else {
            assertThat(refusal(message)).isEqualTo(Errno.valueOf(outcome));
            assertThat(length()).isEqualTo(LENGTH);
        }
    }

    @Test
    void findsDataAndHolesOneOfWhichIsTheEnd() {
        byte[] data = new byte[65536];
        Arrays.fill(data, (byte) 7);
        ask(Message.write(131_072, data));

        assertThat(ask(Message.seek(0, FuseWire.SEEK_HOLE)).getLong(0)).isZero();
        assertThat(ask(Message.seek(0, FuseWire.SEEK_DATA)).getLong(0)).isEqualTo(131_072);
        assertThat(ask(Message.seek(131_073, FuseWire.SEEK_DATA)).getLong(0)).isEqualTo(131_073);
        assertThat(ask(Message.seek(131_072, FuseWire.SEEK_HOLE)).getLong(0)).isEqualTo(196_608);
        assertThat(ask(Message.seek(LENGTH - 1, FuseWire.SEEK_HOLE)).getLong(0))
                .isEqualTo(LENGTH - 1);
        assertThat(refusal(Message.seek(196_608, FuseWire.SEEK_DATA))).isEqualTo(Errno.ENXIO);
        assertThat(ask(Message.seek(LENGTH, FuseWire.SEEK_HOLE)).getLong(0)).isEqualTo(LENGTH);
        assertThat(refusal(Message.seek(LENGTH, FuseWire.SEEK_DATA))).isEqualTo(Errno.ENXIO);
        assertThat(refusal(Message.seek(LENGTH + 1, FuseWire.SEEK_HOLE))).isEqualTo(Errno.ENXIO);
        assertThat(refusal(Message.seek(0, 2))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void tellsOfFailuresOfTheDisk() {
        storage.failAfter(0, Errno.ENOSPC);

        assertThat(refusal(Message.write(0, new byte[512]))).isEqualTo(Errno.ENOSPC);

        storage.heal();
        assertThat(ask(Message.write(0, new byte[512])).getInt(0)).isEqualTo(512);
    }

    @Test
    void saysNothingToWhatWantsNoAnswer() {
        assertThat(exchange(Message.of(FuseWire.FORGET, 8))).isNull();
        assertThat(exchange(Message.of(FuseWire.INTERRUPT, 8))).isNull();
        assertThat(refusal(Message.of(FuseWire.READ, 5, 40))).isEqualTo(Errno.ENOENT);
        assertThat(refusal(Message.of(47, 56))).isEqualTo(Errno.ENOSYS);
        assertThat(refusal(Message.of(FuseWire.READ, 39))).isEqualTo(Errno.EINVAL);
    }

    @Test
    void answersGarbageInBounds() {
        storage.limit(4L * LENGTH);
        Random random = new Random(SEED);
        for (int i = 0; i < ROUNDS; i++) {
            ByteBuffer message = Message.garbage(random, 200);
            if (message.getInt(4) == FuseWire.SETATTR && message.limit() >= Message.at(24)) {
                // A storage in memory takes any length that it is given.
                message.putLong(Message.at(16), message.getLong(Message.at(16)) % LENGTH);
            }
            long number = message.getLong(8);

            ByteBuffer answer = exchange(message);

            if (answer != null) {
                assertThat(answer.getInt(0)).as("seed %d", SEED).isEqualTo(answer.remaining());
                assertThat(answer.getLong(8)).as("seed %d", SEED).isEqualTo(number);
                assertThat(answer.getInt(4)).as("seed %d", SEED).isBetween(-4095, 0);
            }
        }
        assertThat(ask(Message.of(FuseWire.GETATTR, 16)).remaining()).isEqualTo(104);
    }
}
