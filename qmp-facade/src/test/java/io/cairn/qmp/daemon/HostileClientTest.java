package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.JsonObject;
import io.cairn.block.os.ByteStream;
import io.cairn.qmp.wire.MessageReader;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Clients that do what they should not hurt nobody else.
class HostileClientTest {
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    @Test
    void answersNestingWithoutEndWithErrorsAndGoesOn() throws Exception {
        daemon.client.send("[".repeat(100_000) + "\n");

        assertThat(daemon.client.line()).contains("JSON nesting depth limit exceeded");
        daemon.client.send("]".repeat(700) + "\n{'execute':'query-jobs','id':'end'}\n");
        String line = daemon.client.line();
        while (!line.contains("end")) {
            assertThat(line).contains("error");
            line = daemon.client.line();
        }
        assertThat(line).isEqualTo("{\"return\": [], \"id\": \"end\"}");
    }

    @Test
    void refusesTextThatIsTooLong() throws Exception {
        daemon.client.send("{'execute':'" + "x".repeat(MessageReader.MAX_BYTES) + "'}\n");

        assertThat(daemon.client.line()).contains("JSON token size limit exceeded");
        daemon.client.line();
        assertThat(daemon.request("{'execute':'query-jobs'}").get("return")).isNotNull();
    }

    @Test
    void refusesAnEndlessTextWithoutKeepingIt() throws Exception {
        String piece = "x".repeat(1 << 20);
        daemon.client.send("{'execute':'");
        for (int i = 0; i < 64; i++) {
            daemon.client.send(piece);
        }
        daemon.client.send("'}\n{'execute':'query-jobs','id':'end'}\n");

        String line = daemon.client.line();
        assertThat(line).contains("JSON token size limit exceeded");
        for (int i = 0; !line.contains("end"); i++) {
            assertThat(line).contains("error");
            assertThat(i).isLessThan(100);
            line = daemon.client.line();
        }
    }

    @Test
    void deletesNothingThatIsInUse() throws Exception {
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n','size':1048576");
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'t','size':1048576");
        daemon.execute("object-add", "'qom-type':'throttle-group','id':'g'");
        daemon.execute(
                "blockdev-add",
                "'driver':'throttle','node-name':'r','throttle-group':'g','file':'n'");
        daemon.execute("blockdev-mirror", "'job-id':'j','device':'r','target':'t','sync':'none'");

        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "ready");
        assertThat(daemon.fail("blockdev-del", "'node-name':'n'"))
                .isEqualTo("GenericError: Block device n is in use");
        for (String node : List.of("r", "t")) {
            assertThat(daemon.fail("blockdev-del", "'node-name':'" + node + "'"))
                    .isEqualTo(
                            "GenericError: Node '"
                                    + node
                                    + "' is busy: block device is in use by block job: mirror");
        }
        assertThat(daemon.fail("object-del", "'id':'g'"))
                .isEqualTo("GenericError: object 'g' is in use, can not be deleted");
        assertThat(daemon.fail("job-dismiss", "'id':'j'"))
                .isEqualTo(
                        "GenericError: Job 'j' in state 'ready' cannot accept command verb"
                                + " 'dismiss'");
        assertThat(daemon.daemon.service().graph().nodes()).hasSizeGreaterThanOrEqualTo(3);
    }

    /// A connection whose client sends so many requests and never reads.
    private static final class Deaf implements ByteStream {
        private final byte[] request;
        private final int most;
        private final CountDownLatch closed = new CountDownLatch(1);
        private final AtomicLong taken = new AtomicLong();
        private final CountDownLatch allTaken = new CountDownLatch(1);
        private int sent;
        private boolean isGreeted;

        Deaf(String command, int most) {
            this.request = ("{'execute':'" + command + "'}").getBytes(StandardCharsets.UTF_8);
            this.most = most;
        }

        @Override
        public int read(ByteBuffer dst) {
            if (sent > most) {
                allTaken.countDown();
                awaitClosed();
            }
            if (closed.getCount() == 0) {
                return -1;
            }
            sent++;
            byte[] next =
                    isGreeted
                            ? request
                            : "{'execute':'qmp_capabilities'}".getBytes(StandardCharsets.UTF_8);
            isGreeted = true;
            dst.put(dst.position(), next);
            taken.addAndGet(next.length);
            return next.length;
        }

        @Override
        public void write(ByteBuffer... srcs) {
            awaitClosed();
        }

        private void awaitClosed() {
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean awaitReadable(long timeoutMillis) {
            return true;
        }

        @Override
        public void shutdownInput() {}

        @Override
        public void shutdown() {
            closed.countDown();
        }

        @Override
        public void close() {
            shutdown();
        }
    }

    @Test
    void doesNotReadFromAClientThatDoesNotRead() throws Exception {
        Deaf deaf = new Deaf("query-qmp-schema", Integer.MAX_VALUE);
        Thread monitor =
                Thread.ofPlatform().start(() -> daemon.daemon.monitor(deaf, "deaf", false).run());
        for (int i = 0; i < 20_000; i++) {
            daemon.daemon
                    .service()
                    .events()
                    .emit(
                            "BLOCK_EXPORT_DELETED",
                            JsonObject.builder().put("id", "x".repeat(1000)).build());
        }
        for (int i = 0; i < 100; i++) {
            daemon.execute("query-jobs");
        }

        assertThat(deaf.taken.get()).isLessThan(10_000);
        deaf.shutdown();
        monitor.join();
    }

    @Test
    void goesOnWithRequestsWhileSomeRepliesAreUnread() throws Exception {
        Deaf busy = new Deaf("query-status", 4_000);
        Thread monitor =
                Thread.ofPlatform().start(() -> daemon.daemon.monitor(busy, "busy", false).run());

        boolean wereTaken = busy.allTaken.await(60, TimeUnit.SECONDS);

        busy.shutdown();
        monitor.join();
        assertThat(wereTaken).isTrue();
    }

    @Test
    void holdsTwoThousandNodes() throws Exception {
        for (int i = 0; i < 2000; i++) {
            daemon.execute("blockdev-add", "'driver':'null-co','node-name':'n" + i + "'");
        }
        assertThat(daemon.fail("blockdev-add", "'driver':'null-co','node-name':'n77'"))
                .isEqualTo("GenericError: Duplicate nodes with node-name='n77'");
        for (int i = 0; i < 2000; i++) {
            daemon.execute("blockdev-del", "'node-name':'n" + i + "'");
        }
        assertThat(daemon.daemon.service().graph().nodes()).isEmpty();
    }

    @Test
    void servesOthersBesideHalfACommand() throws Exception {
        LocalStream silent = new LocalStream();
        Thread monitor =
                Thread.ofPlatform()
                        .start(() -> daemon.daemon.monitor(silent, "silent", false).run());
        silent.line();
        silent.send("{'execute':'qmp_capabilities'}{'execute':'query-j");

        assertThat(silent.line()).contains("return");
        assertThat(daemon.request("{'execute':'query-jobs'}").get("return")).isNotNull();
        silent.send("obs','id':'late'}");
        assertThat(silent.line()).isEqualTo("{\"return\": [], \"id\": \"late\"}");
        silent.shutdown();
        monitor.join();
    }

    @Test
    void answersGarbageWithErrorsOnly() throws Exception {
        daemon.client.send("\u0001\u0002 %s }],:\n{'execute':'query-jobs','id':'end'}\n");

        String line = daemon.client.line();
        assertThat(line)
                .isEqualTo(
                        "{\"error\": {\"class\": \"GenericError\", \"desc\": \"JSON parse error,"
                                + " stray '\\u0001'\"}}");
        for (int i = 0; !line.contains("end"); i++) {
            assertThat(line).contains("JSON parse error");
            assertThat(i).isLessThan(20);
            line = daemon.client.line();
        }
        assertThat(line).isEqualTo("{\"return\": [], \"id\": \"end\"}");
    }
}
