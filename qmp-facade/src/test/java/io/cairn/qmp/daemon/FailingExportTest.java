package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;

/// Exports of disks that cannot be flushed.
@Timeout(60)
class FailingExportTest {
    @TempDir Path folder;

    /// The failure is told, and nothing is left of the exports: the daemon waits for those when it
    /// ends.
    @Test
    void serverEndsWithAllItsExportsThoughOneCannotBeFlushed() throws Exception {
        try (TestDaemon daemon = new TestDaemon()) {
            daemon.execute(
                    "blockdev-add",
                    "'driver': 'blkdebug', 'node-name': 'n', 'image': {'driver': 'null-co',"
                            + " 'size': 4096}, 'inject-error': [{'event': 'none', 'iotype':"
                            + " 'flush'}]");
            daemon.execute(
                    "nbd-server-start",
                    "'addr': {'type': 'unix', 'data': {'path': '" + folder.resolve("s") + "'}}");
            daemon.execute(
                    "block-export-add",
                    "'type': 'nbd', 'id': 'e', 'node-name': 'n', 'writable': true");

            try (BlockBackend disk = writer(daemon)) {
                disk.write(0, ByteBuffer.allocateDirect(512), WriteFlags.NONE);
            }

            assertThat(daemon.fail("nbd-server-stop", "")).contains("Input/output error");

            assertThat(Json.print(daemon.execute("query-block-exports"))).isEqualTo("[]");
            daemon.execute("blockdev-del", "'node-name': 'n'");
        }
    }

    private static BlockBackend writer(TestDaemon daemon) throws BlockException {
        BlockGraph graph = daemon.daemon.service().graph();
        return graph.newBackend(
                "", graph.lookup("n"), Permissions.of(Permission.WRITE), Permissions.ALL);
    }
}
