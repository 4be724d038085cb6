package io.cairn.qmp.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.qmp.http.LivePage;
import io.cairn.qmp.http.PageAddress;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The live page of a daemon with a chain of nodes, a job that runs, and an export that a client
/// reads and writes.
class LivePageTest {
    private static final String HOSTILE = "\"><img src=x onerror=document.title='owned'>.img";
    private static final int SIZE = 1 << 20;
    private static final Pattern SAMPLE =
            Pattern.compile(
                    "([a-z_]+)(\\{(?:[a-z]+=\"(?:[^\"\\\\\\n]|\\\\[\\\\\"n])*\",?)+\\}) ([0-9.]+)");

    @TempDir Path directory;

    private final TestDaemon daemon = started();
    private final TestDaemon client = started();
    private final HttpClient http = HttpClient.newHttpClient();
    private LivePage page;

    private static TestDaemon started() {
        try {
            return new TestDaemon();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @BeforeEach
    void start() throws Exception {
        Path image = directory.resolve(HOSTILE);
        Files.write(image, new byte[SIZE]);
        daemon.execute(
                "blockdev-add",
                "'driver':'raw','node-name':'disk','file':{'driver':'file','node-name':'storage',"
                        + "'filename':"
                        + Json.print(JsonValue.of(image.toString()))
                        + "}");
        page = LivePage.start(daemon.daemon.service(), new PageAddress("127.0.0.1", 0));
        daemon.execute("blockdev-add", "'driver':'null-co','node-name':'target','size':1048576");
        Path socket = directory.resolve("nbd");
        daemon.execute(
                "nbd-server-start", "'addr':{'type':'unix','data':{'path':'" + socket + "'}}");
        daemon.execute(
                "block-export-add",
                "'type':'nbd','id':'e0','node-name':'disk','name':'<b>x</b>','writable':true");
        client.execute(
                "blockdev-add",
                "'driver':'nbd','node-name':'remote','export':'<b>x</b>',"
                        + "'server':{'type':'unix','path':'"
                        + socket
                        + "'}");
        useDisk();
        daemon.execute(
                "blockdev-backup",
                "'job-id':'job0','device':'disk','target':'target','sync':'full','speed':1,"
                        + "'x-perf':{'max-chunk':65536}");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "running");
    }

    private void useDisk() throws Exception {
        BlockGraph graph = client.daemon.service().graph();
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ).plus(Permission.WRITE);
        try (BlockBackend disk =
                graph.newBackend("", graph.lookup("remote"), needed, Permissions.ALL)) {
            disk.write(0, ByteBuffer.allocateDirect(4096), WriteFlags.NONE);
            disk.write(8192, ByteBuffer.allocateDirect(4096), WriteFlags.NONE);
            disk.read(0, ByteBuffer.allocateDirect(512));
        }
    }

    @AfterEach
    void stop() throws Exception {
        page.close();
        client.close();
        daemon.close();
    }

    private HttpResponse<String> send(String method, String path) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create(page.url() + path))
                        .method(method, HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private String get(String path) throws Exception {
        HttpResponse<String> response = send("GET", path);
        assertThat(response.statusCode()).isEqualTo(200);
        return response.body();
    }

    /// The first line of the answer to a request in raw bytes.
    private String raw(String request) throws Exception {
        try (Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), URI.create(page.url()).getPort())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .findFirst()
                    .orElse("");
        }
    }

    private static JsonObject named(JsonObject status, String list, String key, String name) {
        return ((JsonArray) Objects.requireNonNull(status.get(list)))
                .elements().stream()
                        .map(JsonObject.class::cast)
                        .filter(one -> TestDaemon.text(one, key).equals(name))
                        .findFirst()
                        .orElseThrow();
    }

    private static long number(JsonObject object, String member) {
        return Long.parseLong(Objects.requireNonNull(object.get(member)).asText());
    }

    private static JsonObject counted(JsonObject node, String kind) {
        JsonObject all = (JsonObject) Objects.requireNonNull(node.get("counted"));
        return (JsonObject) Objects.requireNonNull(all.get(kind));
    }

    @Test
    void statusTellsOfNodesJobsAndExports() throws Exception {
        JsonObject status = Json.parseObject(get("status.json"));

        JsonObject disk = named(status, "nodes", "name", "disk");
        assertThat(TestDaemon.text(disk, "driver")).isEqualTo("raw");
        assertThat(TestDaemon.text(disk, "file")).contains(HOSTILE);
        assertThat(number(counted(disk, "write"), "bytes")).isEqualTo(8192);
        assertThat(number(counted(disk, "write"), "operations")).isEqualTo(2);
        assertThat(number(counted(disk, "write"), "nanos")).isPositive();
        assertThat(number(counted(named(status, "nodes", "name", "storage"), "write"), "bytes"))
                .isEqualTo(8192);

        JsonObject job = named(status, "jobs", "id", "job0");
        assertThat(TestDaemon.text(job, "type")).isEqualTo("backup");
        assertThat(TestDaemon.text(job, "status")).isEqualTo("running");
        assertThat(number(job, "length")).isEqualTo(SIZE);
        assertThat(number(job, "speed-limit")).isEqualTo(1);

        JsonObject export = named(status, "exports", "id", "e0");
        assertThat(TestDaemon.text(export, "name")).isEqualTo("<b>x</b>");
        assertThat(Json.print(Objects.requireNonNull(export.get("clients"))))
                .isEqualTo("[\"process " + ProcessHandle.current().pid() + "\"]");

        client.execute("blockdev-del", "'node-name':'remote'");
        daemon.execute("block-export-del", "'id':'e0','mode':'hard'");
        daemon.awaitEvent("BLOCK_EXPORT_DELETED", "id", "e0");
        assertThat(get("status.json")).contains("\"exports\": []");
    }

    @Test
    void pictureHasNodesAndEdges() throws Exception {
        String picture = get("graph.svg");

        assertThat(picture)
                .contains(">disk</text>", ">storage</text>", ">target</text>")
                .contains("<title>disk \u2192 storage: file</title>")
                .doesNotContain("<img");
        assertThat(send("GET", "graph.svg").headers().firstValue("Content-Type"))
                .contains("image/svg+xml");
    }

    /// The samples by name and labels; fails if the text is not as Prometheus wants it.
    private static Map<String, BigDecimal> samples(String text) {
        Map<String, BigDecimal> samples = new HashMap<>();
        Set<String> families = new HashSet<>();
        String family = "";
        assertThat(text).endsWith("\n");
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ")) {
                family = words[2];
                assertThat(families.add(family)).as(line).isTrue();
            } else if (line.startsWith("# TYPE ")) {
                assertThat(words[2]).isEqualTo(family);
                assertThat(words[3]).isIn("counter", "gauge");
            } else {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                assertThat(sample.group(1)).isEqualTo(family);
                String key = sample.group(1) + sample.group(2);
                assertThat(samples.put(key, new BigDecimal(sample.group(3)))).as(key).isNull();
            }
        }
        return samples;
    }

    @Test
    void metricsAgreeWithQueryBlockstats() throws Exception {
        daemon.execute("job-pause", "'id':'job0'");
        daemon.awaitEvent("JOB_STATUS_CHANGE", "status", "paused");
        Map<String, BigDecimal> samples = samples(get("metrics"));
        JsonArray told = (JsonArray) daemon.execute("query-blockstats", "'query-nodes':true");

        Map<String, String> shortNames = Map.of("read", "rd", "write", "wr");
        int compared = 0;
        for (String node : List.of("disk", "storage", "target")) {
            JsonObject info =
                    told.elements().stream()
                            .map(JsonObject.class::cast)
                            .filter(one -> TestDaemon.text(one, "node-name").equals(node))
                            .findFirst()
                            .orElseThrow();
            JsonObject stats = (JsonObject) Objects.requireNonNull(info.get("stats"));
            for (String kind : shortNames.keySet()) {
                String name = shortNames.get(kind);
                assertThat(sample(samples, "operations_total", node, kind))
                        .isEqualByComparingTo(whole(stats, name + "_operations"));
                assertThat(sample(samples, "bytes_total", node, kind))
                        .isEqualByComparingTo(whole(stats, name + "_bytes"));
                assertThat(sample(samples, "operation_seconds_total", node, kind))
                        .isEqualByComparingTo(
                                whole(stats, name + "_total_time_ns").movePointLeft(9));
                compared++;
            }
        }
        assertThat(compared).isEqualTo(6);
        assertThat(sample(samples, "bytes_total", "disk", "write"))
                .isEqualByComparingTo(BigDecimal.valueOf(8192));
        assertThat(samples.get("cairn_job_length{job=\"job0\",type=\"backup\"}"))
                .isEqualByComparingTo(BigDecimal.valueOf(SIZE));
        assertThat(
                        samples.get(
                                "cairn_export_clients{export=\"e0\",node=\"disk\","
                                        + "name=\"<b>x</b>\"}"))
                .isEqualByComparingTo(BigDecimal.ONE);
    }

    private static BigDecimal whole(JsonObject stats, String member) {
        return BigDecimal.valueOf(number(stats, member));
    }

    private static BigDecimal sample(
            Map<String, BigDecimal> samples, String what, String node, String kind) {
        return samples.entrySet().stream()
                .filter(one -> one.getKey().startsWith("cairn_node_" + what + "{"))
                .filter(one -> one.getKey().contains("{node=\"" + node + "\","))
                .filter(one -> one.getKey().contains("operation=\"" + kind + "\""))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pageStandsAloneUnderAStrictPolicy() throws Exception {
        HttpResponse<String> response = send("GET", "");

        assertThat(response.body()).doesNotContain("src=", "http-equiv", "@import", "url(");
        String policy = response.headers().firstValue("Content-Security-Policy").orElseThrow();
        assertThat(policy)
                .startsWith("default-src 'none'; connect-src 'self';")
                .containsPattern("script-src 'sha256-[A-Za-z0-9+/]{43}='")
                .doesNotContain("unsafe");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        assertThat(response.headers().firstValue("X-Frame-Options")).contains("DENY");
    }

    @Test
    void headTellsTheLengthAlone() throws Exception {
        HttpResponse<String> response = send("HEAD", "");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
        assertThat(response.headers().firstValueAsLong("Content-Length"))
                .hasValue(get("").getBytes(StandardCharsets.UTF_8).length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "FOO"})
    void nothingCanBeDone(String method) throws Exception {
        HttpResponse<String> response = send(method, "status.json");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "status.json/", "metrics/x", "../etc/passwd"})
    void otherPagesAreNotThere(String path) throws Exception {
        assertThat(
                        raw(
                                "GET /"
                                        + path
                                        + " HTTP/1.1\r\n"
                                        + "Host: localhost\r\n"
                                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404");
    }

    @Test
    void otherPeoplesNamesForThisHostAreRefused() throws Exception {
        String end = "\r\nConnection: close\r\n\r\n";
        for (String path : List.of("/", "/status.json", "/graph.svg", "/metrics")) {
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: evil.example" + end))
                    .startsWith("HTTP/1.1 403");
            assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: localhost:1" + end))
                    .startsWith("HTTP/1.1 200");
        }
        assertThat(raw("GET / HTTP/1.0\r\n\r\n")).startsWith("HTTP/1.1 403");
    }

    @Test
    void aPortInUseIsOneClearError() {
        PageAddress taken = new PageAddress("127.0.0.1", URI.create(page.url()).getPort());

        assertThatThrownBy(() -> LivePage.start(daemon.daemon.service(), taken))
                .hasMessage("cannot serve the page there: Address already in use");
    }

    @Test
    void browserShowsIt() throws Exception {
        Path dump = directory.resolve("dump");
        PeerPrograms.require("chromium");
        Process browser =
                new ProcessBuilder(
                                "chromium",
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-dev-shm-usage",
                                "--user-data-dir=" + directory.resolve("profile"),
                                "--virtual-time-budget=3000",
                                "--dump-dom",
                                page.url())
                        .redirectOutput(dump.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            assertThat(browser.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            browser.descendants().forEach(ProcessHandle::destroyForcibly);
            browser.destroyForcibly().waitFor();
        }

        String dom = Files.readString(dump);
        assertThat(dom)
                .contains("<title>Cairn</title>")
                .contains("<title>disk \u2192 storage: file</title>")
                .contains("<td>job0</td><td>backup</td><td>running</td>")
                .contains("<td>e0</td><td>nbd</td><td>&lt;b&gt;x&lt;/b&gt;</td><td>disk</td>")
                .contains("<td class=\"number\">1</td>")
                .containsPattern("<polyline class=\"write\" points=\"[0-9]")
                .contains("&gt;&lt;img src=x onerror=")
                .contains("<p id=\"problem\"></p>")
                .doesNotContain("<img");
    }
}
