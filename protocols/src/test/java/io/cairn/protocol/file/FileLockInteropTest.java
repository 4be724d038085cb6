package io.cairn.protocol.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.BlockException;
import io.cairn.block.ImageLockedException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Our nodes and the peer's processes keep each other away from one image as two of the peer's do.
@Tag("qemu-io")
class FileLockInteropTest {
    private static final String MUTUAL = "Is another process using the image [%s]?";

    private final HostGraph graph = new HostGraph();
    @TempDir Path directory;
    private Path image;

    @BeforeEach
    void makeImage() throws IOException, InterruptedException {
        PeerPrograms.require("qemu-io", "qemu-img");
        image = directory.resolve("a.qcow2");
        assertThat(run("qemu-img", "create", "-q", "-f", "qcow2", image.toString(), "1M"))
                .isEmpty();
    }

    @AfterEach
    void close() {
        graph.close();
    }

    /// Opens as a format does that writes: it shares neither writing nor resizing.
    private BlockBackend writer() throws BlockException {
        return open(
                HostGraph.WRITABLE,
                HostGraph.WRITE.plus(Permission.RESIZE),
                Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED));
    }

    /// Opens as a format does that reads.
    private BlockBackend reader() throws BlockException {
        return open(
                NodeFlags.READ_ONLY,
                HostGraph.READ,
                Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED));
    }

    /// Opens as a force-shared format does.
    private BlockBackend forced() throws BlockException {
        return open(NodeFlags.READ_ONLY.withForceShare(true), HostGraph.READ, Permissions.ALL);
    }

    private BlockBackend open(NodeFlags flags, Permissions needed, Permissions shared)
            throws BlockException {
        OpenRequest request = new OpenRequest(null, HostGraph.options(image), flags, true);
        return graph.graph.open(request, needed, shared);
    }

    @Test
    void theirWriterKeepsOurWriterAndReaderAway() throws IOException, InterruptedException {
        try (Peer peer = Peer.start(image)) {
            assertThatExceptionOfType(ImageLockedException.class)
                    .isThrownBy(this::writer)
                    .withMessage("Failed to get \"write\" lock")
                    .satisfies(e -> {
                        assertThat(e.hint()).contains(MUTUAL.formatted(image));
                        assertThat(e.detail()).contains("held by pid " + peer.pid() + " (qemu-io)");
                    });
            assertThatExceptionOfType(ImageLockedException.class)
                    .isThrownBy(this::reader)
                    .withMessage("Failed to get shared \"write\" lock");
            forced().close();
        }
    }

    @Test
    void theirReaderKeepsOurWriterAway() throws IOException, InterruptedException {
        try (Peer _ = Peer.start(image, "-r")) {
            assertThatExceptionOfType(ImageLockedException.class)
                    .isThrownBy(this::writer)
                    .withMessage("Failed to get \"write\" lock");
            reader().close();
            forced().close();
        }
    }

    @Test
    void theirForcedReaderKeepsNobodyAway() throws IOException, InterruptedException {
        try (Peer _ = Peer.start(image, "-r", "-U")) {
            writer().close();
            reader().close();
        }
    }

    @Test
    void ourWriterKeepsTheirWriterAndReaderAway() throws IOException, InterruptedException {
        try (BlockBackend _ = writer()) {
            assertThat(peer()).contains("Failed to get \"write\" lock", MUTUAL.formatted(image));
            assertThat(peer("-r")).contains("Failed to get shared \"write\" lock");
            assertThat(peer("-r", "-U")).contains("read 512/512");
            assertThat(run("qemu-img", "create", "-q", "-f", "raw", image.toString(), "1M"))
                    .contains("Failed to get \"write\" lock");
        }
        assertThat(peer()).contains("read 512/512");
    }

    @Test
    void ourReaderKeepsTheirWriterAway() throws IOException, InterruptedException {
        try (BlockBackend _ = reader()) {
            assertThat(peer()).contains("Failed to get \"write\" lock");
            assertThat(peer("-r")).contains("read 512/512");
        }
    }

    @Test
    void ourForcedReaderKeepsNobodyAway() throws IOException, InterruptedException {
        try (BlockBackend _ = forced()) {
            assertThat(peer()).contains("read 512/512");
        }
    }

    @Test
    void ourReaderThatBecomesAWriterLocksAsOne() throws IOException, InterruptedException {
        Permissions shared = Permissions.ALL.minus(Permission.WRITE);
        try (BlockBackend disk = open(HostGraph.WRITABLE, HostGraph.READ, Permissions.ALL)) {
            assertThat(peer()).contains("read 512/512");

            disk.setPermissions(HostGraph.WRITE, shared);
            assertThat(peer("-r")).contains("Failed to get shared \"write\" lock");

            disk.setPermissions(HostGraph.READ, Permissions.ALL);
            assertThat(peer()).contains("read 512/512");
        }
    }

    @Test
    void aRefusedChangeLeavesTheLocksAsTheyWere() throws IOException, InterruptedException {
        try (BlockBackend disk = open(HostGraph.WRITABLE, HostGraph.READ, Permissions.ALL)) {
            try (Peer _ = Peer.start(image, "-r")) {
                assertThatExceptionOfType(ImageLockedException.class)
                        .isThrownBy(() -> disk.setPermissions(HostGraph.WRITE, Permissions.ALL));
            }
            assertThat(peer()).contains("read 512/512");
        }
    }

    @Test
    void nothingIsLockedWithLockingOff() throws IOException, InterruptedException {
        Options options = HostGraph.options(image).put("locking", "off");
        try (BlockBackend _ =
                graph.graph.open(
                        new OpenRequest(null, options, HostGraph.WRITABLE, true),
                        HostGraph.WRITE,
                        HostGraph.READ)) {
            assertThat(peer()).contains("read 512/512");
        }
    }

    /// The output of one run of qemu-io on the image.
    private String peer(String... switches) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
        command.addAll(List.of(switches));
        command.addAll(List.of("-c", "read 0 512", image.toString()));
        return run(command.toArray(new String[0]));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }

    /// A qemu-io that has the image open until it is closed.
    private record Peer(Process process) implements AutoCloseable {
        static Peer start(Path image, String... switches) throws IOException {
            List<String> command = new ArrayList<>(List.of("qemu-io", "-f", "qcow2"));
            command.addAll(List.of(switches));
            command.add(image.toString());
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            OutputStream in = process.getOutputStream();
            in.write("read 0 512\n".getBytes(StandardCharsets.UTF_8));
            in.flush();
            BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
            String line = out.readLine();
            while (line != null && !line.contains("read 512/512")) {
                line = out.readLine();
            }
            return new Peer(process);
        }

        long pid() {
            return process.pid();
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.onExit().join();
        }
    }
}
