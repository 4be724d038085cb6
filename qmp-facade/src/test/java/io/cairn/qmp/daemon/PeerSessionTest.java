package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Sends the same requests to qemu-storage-daemon and to ours and compares the replies. Events are
/// left out: they come when they come.
class PeerSessionTest {
    private static final String PEER = "qemu-storage-daemon";

    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"exports", "bitmaps", "snapshots", "objects", "filters", "replication"})
    void answersAsThePeerDoes(String session) throws Exception {
        List<String> requests = requests(session);
        List<String> expected = peerReplies(requests);
        List<String> replies = ourReplies(requests);

        StringBuilder differences = new StringBuilder();
        for (int i = 0; i < requests.size(); i++) {
            if (!expected.get(i).equals(replies.get(i))) {
                differences.append(requests.get(i)).append("\n  peer ").append(expected.get(i));
                differences.append("\n  ours ").append(replies.get(i)).append('\n');
            }
        }
        assertThat(differences).isEmpty();
    }

    private static List<String> requests(String session) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        PeerSessionTest.class.getResourceAsStream(session + ".session"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private Path freshDirectory(String name) throws Exception {
        Path fresh = Files.createDirectory(directory.resolve(name));
        run(fresh, "qemu-img", "create", "-q", "-f", "raw", "a.raw", "1M");
        run(
                fresh,
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                "a.raw",
                "-F",
                "raw",
                "b.qcow2");
        run(fresh, "qemu-img", "create", "-q", "-f", "qcow2", "c.qcow2", "1M");
        run(fresh, "qemu-img", "create", "-q", "-f", "qcow2", "s.qcow2", "1M");
        return fresh;
    }

    private static void run(Path in, String... command) throws Exception {
        PeerPrograms.require(command[0]);
        Process process = new ProcessBuilder(command).directory(in.toFile()).inheritIO().start();
        assertThat(process.waitFor()).isZero();
    }

    /// What is particular to one run is written as in the session.
    private static String neutral(JsonObject reply, Path in) {
        return Json.print(reply).replace(in.toString(), "DIR");
    }

    private List<String> peerReplies(List<String> requests) throws Exception {
        PeerPrograms.require(PEER);
        Path in = freshDirectory("peer");
        Process peer =
                new ProcessBuilder(PEER, "--chardev", "stdio,id=m", "--monitor", "m")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try (BufferedReader from = peer.inputReader();
                OutputStream to = peer.getOutputStream()) {
            from.readLine();
            List<String> replies = new ArrayList<>();
            List<String> all = new ArrayList<>(List.of("{'execute':'qmp_capabilities'}"));
            all.addAll(requests);
            for (String request : all) {
                String text = request.replace("DIR", in.toString()) + "\n";
                to.write(text.getBytes(StandardCharsets.UTF_8));
                to.flush();
                replies.add(neutral(reply(from), in));
            }
            return replies.subList(1, replies.size());
        } finally {
            peer.destroy();
        }
    }

    private static JsonObject reply(BufferedReader from) throws Exception {
        while (true) {
            String line = from.readLine();
            if (line == null) {
                throw new AssertionError("the peer has ended");
            }
            if (line.startsWith("{")) {
                JsonObject message = Json.parseObject(line);
                if (message.get("event") == null) {
                    return message;
                }
            }
        }
    }

    private List<String> ourReplies(List<String> requests) throws Exception {
        Path in = freshDirectory("ours");
        List<String> replies = new ArrayList<>();
        try (TestDaemon daemon = new TestDaemon()) {
            for (String request : requests) {
                replies.add(neutral(daemon.request(request.replace("DIR", in.toString())), in));
            }
        }
        return replies;
    }
}
