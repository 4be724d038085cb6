package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Json;
import io.cairn.block.option.Options;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.Tool;
import io.cairn.cli.image.Images;
import io.cairn.cli.img.ImgTool;
import io.cairn.nbd.server.NbdExport;
import io.cairn.nbd.server.NbdServer;
import io.cairn.nbd.server.ServerOptions;
import io.cairn.protocol.tls.Authorization;
import io.cairn.protocol.tls.TlsCredentials;
import io.cairn.protocol.tls.TlsObjects;
import io.cairn.testimages.Eventually;
import io.cairn.testimages.PeerPrograms;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// TLS between our two ends and those of others, by certificates, by shared keys, and with nobody
/// showing who he is. What needs a peer is skipped where it is not installed.
class TlsInteropTest {
    private static final int LENGTH = 3 << 20;
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);

    /// The certificate of the client in `client`, as rules spell its owner.
    private static final String CLIENT = "C=GB,O=Example\\, Inc,CN=laptop,EMAIL=a@example.com";

    @TempDir static Path shared;
    private static boolean hasCertificates;

    @TempDir Path folder;
    private Path image;
    private Path content;
    private BlockGraph graph;
    private @Nullable NbdServer server;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private int port;

    private record Run(int status, String out, String err) {}

    @BeforeAll
    static void makeFiles() throws IOException, InterruptedException {
        System.out.println("seed " + SEED);
        TlsFiles files = new TlsFiles(shared);
        files.keys("keys", SEED, "qemu", "alice");
        files.keys("other-keys", SEED + 1, "qemu", "bob");
        hasCertificates = PeerPrograms.isInstalled("openssl");
        if (!hasCertificates) {
            return;
        }
        files.authority("ca");
        files.authority("other-ca");
        String subject = "/C=GB/O=Example, Inc/CN=laptop/emailAddress=a@example.com";
        files.certificate("ca", "server", "server", "/CN=localhost", 2099);
        files.certificate("ca", "client", "client", subject, 2099);
        files.certificate("ca", "expired", "server", "/CN=localhost", 2021);
        files.certificate("other-ca", "stranger", "client", "/CN=stranger", 2099);
        files.trust("ca", "nobody");
        files.trust("ca", "own-stranger");
        Files.copy(
                shared.resolve("stranger/client-cert.pem"),
                shared.resolve("own-stranger/client-cert.pem"));
        Files.copy(
                shared.resolve("stranger/client-key.pem"),
                shared.resolve("own-stranger/client-key.pem"));
    }

    @BeforeEach
    void makeDisk() throws IOException {
        byte[] bytes = new byte[LENGTH];
        new Random(SEED).nextBytes(bytes);
        content = Files.write(folder.resolve("content"), bytes);
        image = Files.write(folder.resolve("image"), new byte[LENGTH]);
        graph = new BlockGraph(new DriverRegistry(Images.BUILT_IN), FollowPolicy.EVERYTHING);
        TlsObjects.addTo(graph.objects());
    }

    @AfterEach
    void close() throws BlockException {
        if (server != null) {
            server.close();
        }
        graph.close();
    }

    // ---- programs

    private static void requireFor(String kind) {
        if (kind.equals("x509")) {
            requireCertificates();
        }
    }

    private static void requireCertificates() {
        assumeTrue(hasCertificates, "openssl is not installed");
    }

    private Run run(List<String> command) throws IOException, InterruptedException {
        PeerPrograms.require(command.getFirst());
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(command.getFirst() + " ends").isTrue();
        return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
    }

    private static Run own(Tool tool, String program, List<String> arguments) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream errors = new PrintStream(err, true, StandardCharsets.UTF_8);
        int status = tool.run(new Invocation(program, true, arguments, stdout, errors));
        stdout.flush();
        return new Run(
                status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static Run serving(List<String> arguments) {
        try {
            return own(new NbdTool(), "qemu-nbd", arguments);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Runs `qemu-img`, ours or theirs.
    private Run img(boolean isOurs, List<String> arguments)
            throws IOException, InterruptedException {
        if (isOurs) {
            return own(new ImgTool(), "qemu-img", arguments);
        }
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(arguments);
        return run(command);
    }

    /// Our list of exports at the port, with credentials.
    private Run list(String object, String... further) throws IOException {
        List<String> arguments =
                new ArrayList<>(List.of("-L", "-b", "localhost", "-p", Integer.toString(port)));
        if (!object.isEmpty()) {
            arguments.addAll(List.of("--object", object, "--tls-creds", "t"));
        }
        arguments.addAll(List.of(further));
        return own(new NbdTool(), "qemu-nbd", arguments);
    }

    // ---- credentials

    private static String client(String kind) {
        return switch (kind) {
            case "psk" -> "tls-creds-psk,id=t,endpoint=client,dir=" + shared.resolve("keys");
            case "psk-1.2" ->
                    "tls-creds-psk,id=t,endpoint=client,username=alice,priority=NORMAL:-VERS-TLS1.3"
                            + ",dir="
                            + shared.resolve("keys");
            case "anon" -> "tls-creds-anon,id=t,endpoint=client";
            case "x509" -> certificates("client");
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static String certificates(String directory) {
        return "tls-creds-x509,id=t,endpoint=client,dir=" + shared.resolve(directory);
    }

    private static String server(String kind) {
        return switch (kind) {
            case "psk" -> "tls-creds-psk,id=t,endpoint=server,dir=" + shared.resolve("keys");
            case "psk-1.2" ->
                    "tls-creds-psk,id=t,endpoint=server,priority=NORMAL:-VERS-TLS1.3,dir="
                            + shared.resolve("keys");
            case "anon" -> "tls-creds-anon,id=t,endpoint=server";
            case "x509" -> "tls-creds-x509,id=t,endpoint=server,dir=" + shared.resolve("server");
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private TlsCredentials credentials(String object) throws BlockException {
        Options options = new Options();
        String[] parts = object.split(",", -1);
        for (String part : List.of(parts).subList(2, parts.length)) {
            options.put(part.split("=", 2)[0], part.split("=", 2)[1]);
        }
        return (TlsCredentials) graph.objects().add(parts[0], "t", options);
    }

    // ---- records

    /// Who waits for something to read goes on waiting, and no read begins that would wait for the
    /// rest.
    @ParameterizedTest
    @ValueSource(strings = {"x509", "psk", "psk-1.2", "anon"})
    void halfOfARecordIsNothingToReadYet(String kind) throws Exception {
        requireFor(kind);
        Wire toServer = new Wire();
        Wire toClient = new Wire();
        TlsCredentials ours = credentials(server(kind));
        graph.objects().remove("t");
        TlsCredentials theirs = credentials(client(kind));
        AtomicReference<ByteStream> accepted = new AtomicReference<>();
        ByteStream client;
        try (Workers workers = Workers.virtual("test:tls")) {
            workers.fork(() -> accepted.set(ours.accept(new Wire.End(toServer, toClient), null)));
            client = theirs.connect(new Wire.End(toClient, toServer), "localhost");
            workers.join();
        }
        ByteStream server = accepted.get();
        toServer.holdBack();
        client.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}));

        byte[] record = toServer.held();
        toServer.send(Arrays.copyOf(record, record.length / 2));
        assertThat(server.awaitReadable(20)).isFalse();

        toServer.send(Arrays.copyOfRange(record, record.length / 2, record.length));
        assertThat(server.awaitReadable(Wire.LONG_MILLIS)).isTrue();
        assertThat(server.read(ByteBuffer.allocateDirect(16))).isEqualTo(4);
    }

    // ---- servers

    private void serve(@Nullable String object, @Nullable Authorization authorization)
            throws BlockException {
        BlockBackend disk =
                graph.open(
                        new OpenRequest(
                                image.toString(),
                                new Options().put("driver", "raw"),
                                NodeFlags.READ_ONLY.withReadOnly(false),
                                true),
                        Permissions.ALL,
                        Permissions.ALL);
        ServerOptions options = ServerOptions.DEFAULT.withLog(log::add);
        if (object != null) {
            options = options.withTls(credentials(object), authorization);
        }
        NbdServer started = new NbdServer(options);
        server = started;
        started.addExport(NbdExport.of("", disk, true));
        HostListener listener = HostListener.open(SocketEndpoint.Inet.of("localhost", 0), 16);
        port = ((SocketEndpoint.Inet) listener.endpoint()).port();
        started.listen(listener);
    }

    private void withTheirServer(String[] command, Body body)
            throws IOException, InterruptedException {
        PeerPrograms.require(command[0]);
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("server-log").toFile())
                        .start();
        try {
            awaitPort(process);
            body.run();
        } finally {
            // A server that was asked to end may wait for a client first.
            process.destroyForcibly().waitFor();
        }
    }

    private interface Body {
        void run() throws IOException, InterruptedException;
    }

    private void awaitPort(Process process) {
        SocketEndpoint there = SocketEndpoint.Inet.of("localhost", port);
        Eventually.await("it listens, or has ended", () -> accepts(there) || !process.isAlive());
    }

    private static boolean accepts(SocketEndpoint there) {
        try (HostSocket _ = HostSocket.connect(there)) {
            return true;
        } catch (BlockException _) {
            return false;
        }
    }

    private void takeFreePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            port = any.getLocalPort();
        }
    }

    /// Copies the content into the served disk and compares, with a client of ours or theirs.
    private void copyAndCompare(boolean isOurs, String object)
            throws IOException, InterruptedException {
        String there = "driver=raw,file.driver=nbd,file.host=localhost,file.tls-creds=t,file.port=";
        Run convert =
                img(
                        isOurs,
                        List.of(
                                "convert",
                                "--object",
                                object,
                                "-n",
                                "-f",
                                "raw",
                                "--target-image-opts",
                                content.toString(),
                                there + port));
        assertThat(convert.err()).isEmpty();
        assertThat(convert.status()).isZero();
        assertThat(Files.mismatch(image, content)).isEqualTo(-1);
        Run compare =
                img(
                        isOurs,
                        List.of(
                                "compare",
                                "--object",
                                object,
                                "--image-opts",
                                "driver=raw,file.driver=file,file.filename=" + content,
                                there + port));
        assertThat(compare.out()).isEqualTo("Images are identical.\n");
    }

    // ---- all pairs

    @ParameterizedTest
    @ValueSource(strings = {"psk", "anon", "x509"})
    void ourServerServesOurClient(String kind) throws Exception {
        requireFor(kind);
        serve(server(kind), null);

        copyAndCompare(true, client(kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"psk", "psk-1.2", "anon", "x509"})
    void ourServerServesQemuImg(String kind) throws Exception {
        requireFor(kind);
        serve(server(kind), null);

        copyAndCompare(false, client(kind));
    }

    @ParameterizedTest
    @ValueSource(strings = {"psk", "psk-1.2", "anon", "x509"})
    void ourClientUsesQemuNbd(String kind) throws Exception {
        requireFor(kind);
        takeFreePort();
        String[] command = {
            "qemu-nbd",
            "-t",
            "-e",
            "4",
            "-f",
            "raw",
            "-p",
            Integer.toString(port),
            "--object",
            server(kind),
            "--tls-creds",
            "t",
            image.toString()
        };

        withTheirServer(command, () -> copyAndCompare(true, client(kind)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"psk", "x509"})
    void ourClientUsesNbdkit(String kind) throws Exception {
        requireFor(kind);
        takeFreePort();
        List<String> command =
                new ArrayList<>(
                        List.of("nbdkit", "-f", "-p", Integer.toString(port), "--tls=require"));
        if (kind.equals("psk")) {
            command.add("--tls-psk=" + shared.resolve("keys/keys.psk"));
        } else {
            command.add("--tls-certificates=" + shared.resolve("server"));
            command.add("--tls-verify-peer");
        }
        command.addAll(List.of("file", image.toString()));

        withTheirServer(command.toArray(new String[0]), () -> copyAndCompare(true, client(kind)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"psk", "x509"})
    void ourServerServesNbdinfo(String kind) throws Exception {
        requireFor(kind);
        serve(server(kind), null);
        String options =
                kind.equals("psk")
                        ? "tls-psk-file=" + shared.resolve("keys/keys.psk")
                        : "tls-verify-peer=true&tls-certificates=" + shared.resolve("client");

        Run info = run(List.of("nbdinfo", "nbds://alice@localhost:" + port + "/?" + options));

        assertThat(info.err()).isEmpty();
        assertThat(info.out()).contains("protocol: newstyle-fixed with TLS").contains("3145728");
    }

    // ---- who is not let in

    @ParameterizedTest
    @CsvSource({"qemu, a wrong key", "bob, a user that is not there"})
    void aWrongKeyIsRefused(String user, String why) throws Exception {
        serve(server("psk"), null);

        Run run =
                list(
                        "tls-creds-psk,id=t,endpoint=client,username="
                                + user
                                + ",dir="
                                + shared.resolve("other-keys"));

        assertThat(run.err())
                .as(why)
                .isEqualTo(
                        "qemu-nbd: TLS handshake failed: A TLS fatal alert has been received.\n");
        assertThat(run.status()).isEqualTo(1);
        awaitLog("TLS handshake failed: An illegal parameter has been received.");
    }

    private void awaitLog(String text) {
        Eventually.await(
                "the log says: " + text, () -> log.stream().anyMatch(line -> line.contains(text)));
    }

    @Test
    void aUserIsKnownAsSoonAsItStandsInTheFile() throws Exception {
        TlsFiles files = new TlsFiles(folder);
        files.keys("growing", SEED, "qemu");
        Path keys = folder.resolve("growing/keys.psk");
        serve("tls-creds-psk,id=t,endpoint=server,dir=" + folder.resolve("growing"), null);

        Files.copy(shared.resolve("keys/keys.psk"), keys, StandardCopyOption.REPLACE_EXISTING);

        Run run = list(client("psk") + ",username=alice");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).startsWith("exports available: 1\n");
    }

    @Test
    void aClientWithoutTlsIsToldThatItIsNeeded() throws Exception {
        serve(server("psk"), null);

        assertThat(list("").err())
                .isEqualTo(
                        """
                        qemu-nbd: TLS negotiation required before option 3 (list)
                        Did you forget a valid tls-creds?
                        server reported: Option 0x3 not permitted before TLS
                        """);
        assertThat(img(true, List.of("info", "nbd://localhost:" + port)).err())
                .contains("': TLS negotiation required before option 7 (go)\n");
    }

    @Test
    void aPlainServerRefusesTls() throws Exception {
        serve(null, null);

        assertThat(list(client("psk")).err())
                .isEqualTo(
                        """
                        qemu-nbd: Denied by server for option 5 (starttls)
                        server reported: TLS not configured
                        """);
    }

    @Test
    void credentialsOfDifferentKindsDoNotMeet() throws Exception {
        serve(server("anon"), null);

        assertThat(list(client("psk")).err())
                .isEqualTo(
                        "qemu-nbd: TLS handshake failed: A TLS fatal alert has been received.\n");
        awaitLog("TLS handshake failed: No supported cipher suites have been found.");
    }

    @Test
    void aServerWithAnotherNameIsRefused() throws Exception {
        requireCertificates();
        serve(server("x509"), null);

        Run other = list(certificates("client"), "--tls-hostname", "elsewhere.example");
        Run named = list(certificates("client"), "--tls-hostname", "localhost");

        assertThat(other.err())
                .isEqualTo("qemu-nbd: Certificate does not match the hostname elsewhere.example\n");
        assertThat(other.status()).isEqualTo(1);
        assertThat(named.err()).isEmpty();
    }

    @Test
    void aServerOfAnotherAuthorityIsRefused() throws Exception {
        requireCertificates();
        serve(server("x509"), null);

        assertThat(list(certificates("stranger")).err())
                .isEqualTo("qemu-nbd: The certificate hasn't got a known issuer\n");
    }

    @Test
    void aClientOfAnotherAuthorityIsRefused() throws Exception {
        requireCertificates();
        serve(server("x509"), null);

        Run run = list(certificates("own-stranger") + ",sanity-check=off");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        awaitLog("The certificate hasn't got a known issuer");
    }

    @Test
    void aClientWithoutCertificateIsRefusedUnlessNobodyLooks() throws Exception {
        requireCertificates();
        serve(server("x509"), null);

        assertThat(list(certificates("nobody")).status()).isEqualTo(1);
        awaitLog("Verify failed: No certificate was found.");
    }

    @Test
    void aServerThatVerifiesNobodyTakesAnyClient() throws Exception {
        requireCertificates();
        serve(server("x509") + ",verify-peer=off", null);

        assertThat(list(certificates("nobody")).out()).startsWith("exports available: 1\n");
    }

    @Test
    void anExpiredCertificateIsRefusedAtBothEnds() throws Exception {
        requireCertificates();
        String expired = "tls-creds-x509,id=t,endpoint=server,dir=" + shared.resolve("expired");
        serve(expired + ",sanity-check=off", null);
        Path certificate = shared.resolve("expired/server-cert.pem");
        List<String> serving =
                List.of("--object", expired, "--tls-creds", "t", "-f", "raw", image.toString());

        assertThat(list(certificates("client")).err())
                .isEqualTo("qemu-nbd: The certificate is not trusted\n");
        assertThat(own(new NbdTool(), "qemu-nbd", serving).err())
                .isEqualTo("qemu-nbd: The server certificate " + certificate + " has expired\n");
    }

    @Test
    void ourOwnCertificateMustBeOfTheAuthority() throws IOException {
        requireCertificates();
        Path own = shared.resolve("own-stranger");

        assertThat(list(certificates("own-stranger")).err())
                .isEqualTo(
                        "qemu-nbd: Our own certificate "
                                + own
                                + "/client-cert.pem failed validation against "
                                + own
                                + "/ca-cert.pem: The certificate hasn't got a known issuer\n");
    }

    // ---- authorization

    private Authorization rules(String type, String properties) throws BlockException {
        return (Authorization)
                graph.objects().add(type, "a", Options.flatten(Json.parseObject(properties)));
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\") + "'";
    }

    @ParameterizedTest
    @CsvSource({"authz-simple, true", "authz-list, true", "authz-list-file, true"})
    void rulesLetInWhomTheyName(String type, boolean isIn) throws Exception {
        requireCertificates();
        serve(server("x509"), authorization(type, CLIENT));

        assertThat(list(certificates("client")).status() == 0).isEqualTo(isIn);
    }

    @ParameterizedTest
    @ValueSource(strings = {"authz-simple", "authz-list", "authz-list-file"})
    void rulesKeepOutOthers(String type) throws Exception {
        requireCertificates();
        serve(server("x509"), authorization(type, "CN=laptop"));

        Run run = list(certificates("client"));

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err().lines()).hasSize(1);
        awaitLog("TLS x509 authz check for " + CLIENT + " is denied");
    }

    private Authorization authorization(String type, String name)
            throws BlockException, IOException {
        String list =
                "{'policy': 'deny', 'rules': [{'match': "
                        + quoted(name)
                        + ", 'policy': 'allow', 'format': 'exact'}]}";
        if (type.equals("authz-list-file")) {
            Path file = folder.resolve("rules.json");
            Files.writeString(file, list.replace('\'', '"'));
            return rules(type, "{'filename': '" + file + "'}");
        }
        return rules(
                type, type.equals("authz-simple") ? "{'identity': " + quoted(name) + "}" : list);
    }

    @Test
    void rulesHoldForTheUsersOfKeys() throws Exception {
        serve(server("psk"), authorization("authz-simple", "alice"));

        assertThat(list(client("psk") + ",username=alice").status()).isZero();
        assertThat(list(client("psk")).status()).isEqualTo(1);
        awaitLog("TLS PSK authz check for qemu is denied");
    }

    @Test
    void theServersCommandLineNamesRules() throws Exception {
        requireCertificates();
        takeFreePort();
        List<String> arguments =
                List.of(
                        "-f",
                        "raw",
                        "-p",
                        Integer.toString(port),
                        "--object",
                        server("x509"),
                        "--object",
                        "authz-simple,id=a,identity=CN=somebody",
                        "--tls-creds",
                        "t",
                        "--tls-authz",
                        "a",
                        image.toString());
        Queue<Run> ended = new ConcurrentLinkedQueue<>();
        Thread serving = Thread.ofPlatform().start(() -> ended.add(serving(arguments)));

        Run run = list(certificates("client"));
        while (run.err().contains("Connection refused")) {
            run = list(certificates("client"));
        }
        serving.join(TimeUnit.SECONDS.toMillis(30));

        assertThat(run.status()).isEqualTo(1);
        assertThat(ended).extracting(Run::status).containsExactly(0);
    }
}
