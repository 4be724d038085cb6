package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// The commands that steer replication. The texts are those of QEMU 7.2's system emulators.
@Timeout(60)
class ReplicationCommandsTest {
    private static final int CLUSTER = 64 << 10;
    private static final String NOT_RUNNING =
            "{\"desc\": \"Block replication is not running\", \"error\": true}";
    private static final String WELL = "{\"error\": false}";

    @TempDir Path folder;
    private TestDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = new TestDaemon();
    }

    @AfterEach
    void stop() throws Exception {
        daemon.close();
    }

    private String set(boolean enable, boolean primary, String more) throws Exception {
        return Json.print(
                daemon.request(
                        "{'execute':'xen-set-replication','arguments':{'enable':"
                                + enable
                                + ",'primary':"
                                + primary
                                + more
                                + "}}"));
    }

    private String status() throws Exception {
        return Json.print(daemon.execute("query-xen-replication-status"));
    }

    private void add(String options) throws Exception {
        daemon.execute("blockdev-add", options);
    }

    private void image(String name, String backing) throws Exception {
        Path file = folder.resolve(name);
        create("'driver':'file','filename':'" + file + "','size':0");
        add("'driver':'file','node-name':'" + name + "-f','filename':'" + file + "'");
        create("'driver':'qcow2','file':'" + name + "-f','size':" + 16 * CLUSTER);
        add(
                "'driver':'qcow2','node-name':'%s','file':'%s-f','backing':'%s'"
                        .formatted(name, name, backing));
    }

    private void create(String options) throws Exception {
        daemon.execute("blockdev-create", "'job-id':'create','options':{" + options + "}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "concluded");
        daemon.execute("job-dismiss", "'id':'create'");
    }

    private void openSecondary() throws Exception {
        Path disk = Files.write(folder.resolve("disk"), new byte[16 * CLUSTER]);
        add("'driver':'raw','node-name':'disk','file':{'driver':'file','filename':'" + disk + "'}");
        image("hidden", "disk");
        image("active", "hidden");
        add(
                "'driver':'replication','node-name':'r','mode':'secondary','top-id':'r','file':'active'");
    }

    private BlockBackend guest(String node) throws BlockException {
        BlockGraph graph = daemon.daemon.service().graph();
        return graph.newBackend(
                "",
                graph.find(node).orElseThrow(),
                Permissions.ALL.minus(Permission.RESIZE),
                Permissions.ALL);
    }

    private static void write(BlockBackend disk, long offset, int value) throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(CLUSTER);
        for (int i = 0; i < CLUSTER; i++) {
            data.put(i, (byte) value);
        }
        disk.write(offset, data, WriteFlags.NONE);
    }

    private static int firstByte(BlockBackend disk, long offset) throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(512);
        disk.read(offset, data);
        return data.get(0);
    }

    @Test
    void everythingIsWellWithoutANode() throws Exception {
        assertThat(status()).isEqualTo(WELL);
        assertThat(set(true, true, "")).isEqualTo("{\"return\": {}}");
        assertThat(set(false, false, "")).isEqualTo("{\"return\": {}}");
        assertThat(Json.print(daemon.execute("xen-colo-do-checkpoint"))).isEqualTo("{}");
    }

    @Test
    void failoverIsNotForAStart() throws Exception {
        for (String more : new String[] {",'failover':false", ",'failover':true"}) {
            assertThat(set(true, true, more))
                    .contains("Parameter 'failover' is only for stopping replication");
        }
        assertThat(set(true, true, ",'failover':1"))
                .contains("Invalid parameter type for 'failover', expected: boolean");
    }

    @Test
    void primaryStartsAndStops() throws Exception {
        add("'driver':'replication','node-name':'r','mode':'primary','file':{'driver':'null-co'}");
        assertThat(status()).isEqualTo(NOT_RUNNING);
        assertThat(set(false, true, "")).contains("Block replication is not running");
        assertThat(set(true, false, ""))
                .contains("The parameter mode's value is invalid, needs 0, but got 1");

        assertThat(set(true, true, "")).isEqualTo("{\"return\": {}}");
        assertThat(status()).isEqualTo(WELL);
        assertThat(set(true, true, "")).contains("Block replication is running or done");

        assertThat(set(false, true, "")).isEqualTo("{\"return\": {}}");
        assertThat(set(true, true, "")).isEqualTo("{\"return\": {}}");
        assertThat(status()).isEqualTo(WELL);
    }

    @Test
    void secondaryPassesACheckpointAndStandsAlone() throws Exception {
        openSecondary();
        try (BlockBackend primary = guest("disk");
                BlockBackend own = guest("r")) {
            assertThat(set(true, false, "")).isEqualTo("{\"return\": {}}");
            write(primary, 0, 1);
            write(own, CLUSTER, 2);
            assertThat(firstByte(own, 0)).isZero();

            daemon.execute("xen-colo-do-checkpoint");
            assertThat(firstByte(own, 0)).isEqualTo(1);
            assertThat(firstByte(own, CLUSTER)).isZero();

            write(primary, 0, 3);
            write(own, CLUSTER, 4);
            assertThat(Json.print(daemon.execute("query-block-jobs"))).isEqualTo("[]");
            assertThat(daemon.fail("block-stream", "'job-id':'j','device':'r'"))
                    .isEqualTo(
                            "GenericError: Node 'r' is busy: Block device is in use by internal"
                                    + " backup job");
            assertThat(daemon.fail("blockdev-del", "'node-name':'r'"))
                    .contains("in use by internal backup job");
            assertThat(daemon.fail("block-job-cancel", "'device':'#replication-r'"))
                    .isEqualTo("DeviceNotActive: Block job '#replication-r' not found");

            assertThat(set(false, false, ",'failover':true")).isEqualTo("{\"return\": {}}");
            daemon.daemon.service().replications().awaitFailover();

            assertThat(status()).isEqualTo(WELL);
            assertThat(firstByte(primary, 0)).isEqualTo(1);
            assertThat(firstByte(primary, CLUSTER)).isEqualTo(4);
        }
    }

    @Test
    void serviceEndsWhileItRuns() throws Exception {
        openSecondary();
        try (BlockBackend primary = guest("disk")) {
            assertThat(set(true, false, "")).isEqualTo("{\"return\": {}}");
            write(primary, 0, 1);
        }

        daemon.close();

        assertThat(Files.readAllBytes(folder.resolve("disk"))).startsWith(1, 1);
    }
}
