package io.cairn.job.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.Replication;
import io.cairn.block.filter.Replication.Mode;
import io.cairn.block.filter.Replication.Stage;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.Options;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/// What both sides of a replication show and keep at each of their stages.
@Timeout(60)
class ReplicationsTest {
    private static final int CLUSTER = 64 << 10;

    private final JobGraph images = new JobGraph();
    private final Replications replications = new Replications(images.graph(), images.scheduler);
    private final List<BlockBackend> frontEnds = new ArrayList<>();

    @AfterEach
    void close() {
        frontEnds.forEach(BlockBackend::close);
        images.close();
    }

    private BlockBackend guest(String name) throws BlockException {
        BlockBackend guest = images.guest(name);
        frontEnds.add(guest);
        return guest;
    }

    private void open(Options options) throws BlockException {
        images.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private static Options node(String name, String mode, String file) {
        return new Options()
                .put("driver", "replication")
                .put("node-name", name)
                .put("mode", mode)
                .put("file", file);
    }

    private void openPrimary() throws BlockException {
        images.raw("disk", JobGraph.LENGTH);
        open(node("r", "primary", "disk"));
    }

    /// Opens `r` over `active` over `hidden` over `secondary`, which a primary writes through
    /// `secondary`.
    private void openSecondary() throws BlockException {
        images.image("secondary");
        images.fill("secondary", 1);
        images.overlay("hidden", "secondary");
        images.overlay("active", "hidden");
        open(node("r", "secondary", "active").put("top-id", "r"));
        guest("secondary");
    }

    private BlockBackend primary() {
        return frontEnds.getFirst();
    }

    private Stage stage() {
        return ((Replication) images.node("r").driverInstance()).stage();
    }

    private static void write(BlockBackend disk, long offset, int length, int value)
            throws BlockException {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        disk.write(offset, ByteBuffer.allocateDirect(length).put(0, bytes), WriteFlags.NONE);
    }

    private static byte[] read(BlockBackend disk, long offset, int length) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(length);
        disk.read(offset, buffer);
        byte[] bytes = new byte[length];
        buffer.get(0, bytes);
        return bytes;
    }

    private long allocated(String name) throws BlockException {
        long sum = 0;
        try (BlockBackend disk = images.guest(name)) {
            for (long at = 0; at < JobGraph.LENGTH; ) {
                var status = disk.status(at, JobGraph.LENGTH - at, false);
                sum += status.allocated() ? status.length() : 0;
                at += status.length();
            }
        }
        return sum;
    }

    // ---- before the start

    @Test
    void requestsFailBeforeTheStart() throws BlockException {
        openSecondary();
        BlockBackend guest = guest("r");

        assertThatThrownBy(() -> read(guest, 0, 512)).hasMessage(Errno.EIO.text());
        assertThatThrownBy(() -> write(guest, 0, 512, 1)).hasMessage(Errno.EIO.text());
        assertThat(replications.error()).hasValue("Block replication is not running");
        assertThatThrownBy(() -> replications.stop(false))
                .hasMessage("Block replication is not running");
        assertThatCode(() -> replications.stop(true)).doesNotThrowAnyException();
        assertThatThrownBy(replications::checkpoint)
                .hasMessage("Backup job was cancelled unexpectedly");
        assertThat(stage()).isEqualTo(Stage.NONE);
    }

    @Test
    void nodeStartsOnItsOwnSideOnly() throws BlockException {
        openSecondary();

        assertThatThrownBy(() -> replications.start(Mode.PRIMARY))
                .hasMessage("The parameter mode's value is invalid, needs 1, but got 0");
        replications.start(Mode.SECONDARY);
        assertThatThrownBy(() -> replications.start(Mode.SECONDARY))
                .hasMessage("Block replication is running or done");
    }

    @Test
    void newestNodeIsAskedFirstAndTheFirstFailureEndsIt() throws BlockException {
        images.raw("x", JobGraph.LENGTH);
        images.raw("y", JobGraph.LENGTH);
        images.raw("z", JobGraph.LENGTH);
        open(node("a", "primary", "x"));
        open(node("b", "secondary", "y").put("top-id", "b"));
        open(node("c", "primary", "z"));

        assertThatThrownBy(() -> replications.start(Mode.PRIMARY))
                .hasMessageContaining("needs 1, but got 0");

        BlockBackend oldest = guest("a");
        BlockBackend newest = guest("c");
        assertThatThrownBy(() -> write(oldest, 0, 512, 1)).hasMessage(Errno.EIO.text());
        assertThatCode(() -> write(newest, 0, 512, 1)).doesNotThrowAnyException();
    }

    // ---- a primary

    @Test
    void primaryPassesWritesOnAndReadsNothing() throws BlockException {
        openPrimary();
        replications.start(Mode.PRIMARY);
        BlockBackend guest = guest("r");

        write(guest, CLUSTER, 4096, 7);

        assertThat(Arrays.copyOfRange(images.content("disk"), CLUSTER, CLUSTER + 4096))
                .containsOnly(7);
        assertThatThrownBy(() -> read(guest, 0, 512)).hasMessage(Errno.EIO.text());
        assertThat(replications.error()).isEmpty();
    }

    @Test
    void primaryTellsOfAFailedWriteInItsStatusOnly() throws BlockException {
        openPrimary();
        replications.start(Mode.PRIMARY);
        BlockBackend guest = guest("r");
        images.host().get("disk").failAfter(0, Errno.ENOSPC);

        assertThatCode(() -> write(guest, 0, 4096, 7)).doesNotThrowAnyException();

        assertThat(replications.error()).hasValue("I/O error occurred");
        replications.checkpoint();
        assertThat(replications.error()).hasValue("I/O error occurred");
    }

    @Test
    void primaryThatWasStoppedTakesNothingAnyMore() throws BlockException {
        openPrimary();
        replications.start(Mode.PRIMARY);
        BlockBackend guest = guest("r");
        images.host().get("disk").failAfter(0, Errno.ENOSPC);
        write(guest, 0, 4096, 7);

        replications.stop(false);

        assertThat(replications.error()).isEmpty();
        assertThatThrownBy(() -> write(guest, 0, 512, 1)).hasMessage(Errno.EIO.text());
        replications.start(Mode.PRIMARY);
        assertThat(stage()).isEqualTo(Stage.DONE);
    }

    // ---- the start of a secondary

    private void requireRefused(String message) {
        assertThatThrownBy(() -> replications.start(Mode.SECONDARY)).hasMessage(message);
        assertThat(stage()).isEqualTo(Stage.NONE);
        assertThat(images.node("r").children()).hasSize(1);
    }

    @Test
    void secondaryNeedsThreeDisksOfOneLength() throws BlockException {
        images.image("alone");
        open(node("r", "secondary", "alone").put("top-id", "r"));
        requireRefused("Active disk doesn't have backing file");
        images.graph().remove("r");
        images.overlay("over", "alone");
        open(node("r", "secondary", "over").put("top-id", "r"));
        requireRefused("Hidden disk doesn't have backing file");
        images.graph().remove("r");

        images.raw("short", CLUSTER);
        images.overlay("h", "short");
        images.overlay("a", "h");
        open(node("r", "secondary", "a").put("top-id", "r"));
        requireRefused("The secondary disk doesn't have block backend");
        guest("short");
        requireRefused("Active disk, hidden disk, secondary disk's length are not the same");
    }

    @Test
    void secondaryNeedsARootThatItStandsBelow() throws BlockException {
        openSecondary();
        images.graph().remove("r");
        for (String top : List.of("nosuch", "hidden", "secondary")) {
            open(node("r", "secondary", "active").put("top-id", top));
            requireRefused("No top_bs or it is invalid");
            images.graph().remove("r");
        }
    }

    @Test
    void refusedStartLeavesTheDisksReadOnly() throws BlockException {
        openSecondary();
        images.graph().remove("r");
        images.graph().remove("active");
        images.graph().remove("hidden");
        Options hidden =
                new Options()
                        .put("driver", "qcow2")
                        .put("node-name", "hidden")
                        .put("read-only", true)
                        .put("file.driver", "memory")
                        .put("file.filename", "hidden")
                        .put("backing", "secondary");
        images.graph().add(new OpenRequest(null, hidden, TestGraph.WRITABLE, true));
        images.open("qcow2", "active", new Options().put("backing", "hidden"));
        open(node("r", "secondary", "active").put("top-id", "nosuch"));

        requireRefused("No top_bs or it is invalid");

        assertThat(images.node("hidden").isReadOnly()).isTrue();
        images.graph().remove("r");
        open(node("r", "secondary", "active").put("top-id", "r"));
        replications.start(Mode.SECONDARY);
        assertThat(images.node("hidden").isReadOnly()).isFalse();
    }

    @Test
    void startEmptiesWhatTheDisksHeld() throws BlockException {
        openSecondary();
        images.fill("active", 2);
        images.fill("hidden", 3);

        replications.start(Mode.SECONDARY);

        assertThat(allocated("active") + allocated("hidden")).isZero();
        assertThat(images.content("r")).isEqualTo(images.content("secondary"));
    }

    @Test
    void startWhoseDisksCannotBeEmptiedRunsAllTheSame() throws BlockException {
        openSecondary();
        images.host().get("active").failAfter(0, Errno.ENOSPC);

        assertThatThrownBy(() -> replications.start(Mode.SECONDARY))
                .hasMessageStartingWith("Failed to empty ")
                .hasMessageEndingWith(": No space left on device");

        assertThat(stage()).isEqualTo(Stage.RUNNING);
        images.host().get("active").heal();
        replications.checkpoint();
        assertThat(images.content("r")).isEqualTo(images.content("secondary"));
    }

    // ---- a secondary that runs

    @Test
    void nobodySeesTheJobs() throws BlockException {
        openSecondary();
        replications.start(Mode.SECONDARY);

        assertThat(images.scheduler.query()).isEmpty();
        assertThat(images.scheduler.find("#replication-r")).isEmpty();
        replications.stop(true);
        replications.awaitFailover();

        assertThat(images.log.all()).isEmpty();
    }

    @Test
    void topIsBlockedWhileItRuns() throws BlockException {
        openSecondary();
        BlockNode top = images.node("r");
        replications.start(Mode.SECONDARY);

        assertThat(top.blocker("stream")).hasValue("Block device is in use by internal backup job");
        assertThatThrownBy(() -> images.graph().remove("r")).hasMessageContaining("is busy");
        replications.stop(true);

        assertThat(top.blocker("stream")).isEmpty();
    }

    /// Writes on both sides, checkpoints now and then, and compares what the secondary shows with
    /// what it should.
    @Test
    void secondaryShowsTheLastCheckpointAndItsOwnWrites() throws BlockException {
        long seed = Long.getLong("cairn.seed", 5);
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        openSecondary();
        BlockBackend own = guest("r");
        replications.start(Mode.SECONDARY);
        byte[] disk = images.content("secondary");
        byte[] shown = disk.clone();
        for (int i = 0; i < 120; i++) {
            int length = 512 * (1 + random.nextInt(300));
            int offset = 512 * random.nextInt((JobGraph.LENGTH - length) / 512);
            switch (random.nextInt(8)) {
                case 0 -> {
                    replications.checkpoint();
                    shown = disk.clone();
                    assertThat(allocated("active") + allocated("hidden")).isZero();
                }
                case 1, 2, 3, 4 -> {
                    write(primary(), offset, length, i);
                    Arrays.fill(disk, offset, offset + length, (byte) i);
                }
                default -> {
                    write(own, offset, length, i);
                    Arrays.fill(shown, offset, offset + length, (byte) i);
                }
            }
            assertThat(images.content("r")).isEqualTo(shown);
        }
        assertThat(images.content("secondary")).isEqualTo(disk);

        replications.stop(true);
        replications.awaitFailover();

        assertThat(stage()).isEqualTo(Stage.DONE);
        assertThat(images.content("r")).isEqualTo(shown);
        assertThat(images.content("secondary")).isEqualTo(shown);
        assertThat(replications.error()).isEmpty();
    }

    @Test
    void writersOnBothSidesDoNotDisturbEachOther() throws Exception {
        openSecondary();
        BlockBackend own = guest("r");
        BlockBackend other = guest("secondary");
        replications.start(Mode.SECONDARY);
        byte[] before = images.content("secondary");
        AtomicBoolean isOver = new AtomicBoolean();
        List<Callable<Void>> writers = new ArrayList<>();
        for (BlockBackend disk : List.of(primary(), other)) {
            writers.add(() -> {
                for (int i = 0; !isOver.get(); i++) {
                    write(disk, 3584L * (i * 17 % 1000), 7168, i);
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<Void>> running = new ArrayList<>();
            writers.forEach(writer -> running.add(threads.submit(writer)));
            try {
                for (int i = 0; i < 30; i++) {
                    write(own, i * (long) CLUSTER + 512, 1024, i);
                    Arrays.fill(before, i * CLUSTER + 512, i * CLUSTER + 1536, (byte) i);
                    assertThat(images.content("r")).isEqualTo(before);
                }
                replications.checkpoint();
                byte[] checkpoint = images.content("r");
                assertThat(images.content("r")).isEqualTo(checkpoint);
            } finally {
                isOver.set(true);
            }
            for (Future<Void> writer : running) {
                writer.get();
            }
        }
        replications.checkpoint();
        assertThat(images.content("r")).isEqualTo(images.content("secondary"));
    }

    @Test
    void primaryWhoseOldDataCannotBeKeptHasItsWriteFail() throws BlockException {
        openSecondary();
        replications.start(Mode.SECONDARY);
        byte[] before = images.content("r");
        images.host().get("hidden").failAfter(0, Errno.ENOSPC);

        assertThatThrownBy(() -> write(primary(), 0, 4096, 9)).isInstanceOf(BlockException.class);

        assertThat(images.content("r")).isEqualTo(before);
        assertThat(replications.error()).isEmpty();
        write(primary(), 0, 4096, 9);
        assertThat(images.content("r")).isEqualTo(before);
    }

    @Test
    void secondaryThatIsStoppedKeepsWhatItShows() throws BlockException {
        openSecondary();
        BlockBackend own = guest("r");
        replications.start(Mode.SECONDARY);
        write(primary(), 0, CLUSTER, 9);
        write(own, CLUSTER, CLUSTER, 8);
        byte[] shown = images.content("r");

        assertThatThrownBy(() -> replications.stop(false))
                .hasMessage("Backup job was cancelled unexpectedly");

        assertThat(stage()).isEqualTo(Stage.DONE);
        assertThat(replications.error()).hasValue("I/O error occurred");
        assertThat(images.content("r")).isEqualTo(shown);
        write(own, 0, 512, 7);
        assertThat(read(own, 0, 512)).containsOnly(7);
    }

    // ---- failover

    @Test
    void secondaryDiskTakesThePlaceOfTheOthers() throws BlockException {
        openSecondary();
        BlockBackend own = guest("r");
        replications.start(Mode.SECONDARY);
        write(own, CLUSTER, CLUSTER, 8);

        replications.stop(true);
        replications.awaitFailover();

        assertThat(images.node("r").children()).extracting(ChildEdge::name).containsExactly("file");
        assertThat(images.node("r").primary()).isSameAs(images.node("secondary"));
        write(own, 0, 512, 7);
        assertThat(read(primary(), 0, 512)).containsOnly(7);
        assertThat(read(primary(), CLUSTER, CLUSTER)).containsOnly(8);
    }

    @Test
    void failoverIsToldOfUntilItIsDone() throws BlockException {
        openSecondary();
        BlockBackend own = guest("r");
        replications.start(Mode.SECONDARY);
        write(own, CLUSTER, CLUSTER, 8);
        MemoryStorage storage = images.host().get("secondary");
        storage.hold();

        replications.stop(true);

        assertThat(stage()).isEqualTo(Stage.FAILING_OVER);
        assertThat(replications.error()).hasValue("I/O error occurred");
        replications.checkpoint();
        replications.stop(false);
        replications.start(Mode.PRIMARY);
        assertThat(read(own, CLUSTER, CLUSTER)).containsOnly(8);
        storage.letGo();
        replications.awaitFailover();
        assertThat(replications.error()).isEmpty();
    }

    @Test
    void writesGoWhereTheDataIsAfterAFailedFailover() throws BlockException {
        openSecondary();
        BlockBackend own = guest("r");
        replications.start(Mode.SECONDARY);
        write(primary(), 0, CLUSTER, 9);
        write(own, 2 * CLUSTER, CLUSTER, 8);
        byte[] shown = images.content("r");
        images.host().get("secondary").failAfter(1, Errno.EIO);

        replications.stop(true);
        replications.awaitFailover();

        assertThat(stage()).isEqualTo(Stage.FAILOVER_FAILED);
        assertThat(replications.error()).hasValue("I/O error occurred");
        assertThat(images.content("r")).isEqualTo(shown);
        long hiding = allocated("active");
        write(own, 0, 4 * CLUSTER, 5);
        Arrays.fill(shown, 0, 4 * CLUSTER, (byte) 5);
        assertThat(images.content("r")).isEqualTo(shown);
        assertThat(allocated("active")).isEqualTo(hiding + CLUSTER);
        assertThat(read(primary(), CLUSTER, CLUSTER)).containsOnly(5);
        assertThatThrownBy(() -> replications.stop(false))
                .hasMessage("Block replication is not running");
        assertThatThrownBy(replications::checkpoint)
                .hasMessage("Backup job was cancelled unexpectedly");
    }

    @Test
    void nodeThatGoesDuringAFailoverEndsIt() throws BlockException {
        openSecondary();
        try (BlockBackend own = images.guest("r")) {
            replications.start(Mode.SECONDARY);
            write(own, CLUSTER, CLUSTER, 8);
        }
        MemoryStorage storage = images.host().get("secondary");
        storage.hold();
        replications.stop(true);

        images.graph().remove("r");

        storage.letGo();
        assertThat(replications.error()).isEmpty();
        BlockNode active = images.node("active");
        Eventually.await("the commit lets go", () -> active.blocker("commit").isEmpty());
        images.scheduler.close();
        images.graph().remove("active");
        images.graph().remove("hidden");
    }

    @Test
    void backupThatEndsByItselfIsToldOf() throws BlockException {
        openSecondary();
        replications.start(Mode.SECONDARY);

        images.scheduler.close();

        assertThat(replications.error()).hasValue("I/O error occurred");
        assertThatThrownBy(replications::checkpoint)
                .hasMessage("Backup job was cancelled unexpectedly");
        assertThat(stage()).isEqualTo(Stage.RUNNING);
    }

    @Test
    void resultIsASoundImage() throws BlockException {
        openSecondary();
        BlockBackend own = guest("r");
        replications.start(Mode.SECONDARY);
        write(own, CLUSTER, CLUSTER, 8);
        byte[] shown = images.content("r");
        replications.stop(true);
        replications.awaitFailover();
        primary().flush();

        images.host().put("copy", new MemoryStorage(images.host().get("secondary").content()));
        images.open("qcow2", "copy", new Options().put("backing", JsonNull.NULL));

        assertThat(images.content("copy")).isEqualTo(shown);
    }
}
