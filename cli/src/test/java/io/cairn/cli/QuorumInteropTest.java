package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.Tool;
import io.cairn.cli.img.ImgTool;
import io.cairn.cli.io.IoTool;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Opens graphs of quorum, blkverify and blklogwrites by the reference programs and by ours, in two
/// folders of equal content, and compares both outputs but for the times, the exit status, and all
/// files.
///
/// In a command line `@` stands for the folder.
@EnabledIf("isInstalled")
class QuorumInteropTest {
    private static final Pattern TIMES = Pattern.compile("(?m)^.* ops; .*$");
    private static final Pattern NODE = Pattern.compile("#block\\d+");

    /// What a run of a program shows and leaves.
    private record Outcome(String out, String err, int status, Map<String, ByteBuffer> files) {}

    @TempDir Path folder;
    private Path theirs = Path.of("");
    private Path ours = Path.of("");

    static boolean isInstalled() {
        return PeerPrograms.isInstalled("qemu-io");
    }

    /// Four copies, the third of which differs at 4 KiB; a qcow2 image; a short disk; an empty log.
    @BeforeEach
    void makeFolders() throws Exception {
        theirs = Files.createDirectories(folder.resolve("theirs"));
        ours = Files.createDirectories(folder.resolve("ours"));
        byte[] disk = new byte[1 << 20];
        Arrays.fill(disk, 0, 128 << 10, (byte) 5);
        byte[] other = disk.clone();
        Arrays.fill(other, 4096, 8192, (byte) 6);
        for (Path side : List.of(theirs, ours)) {
            for (String name : List.of("a", "b", "d")) {
                Files.write(side.resolve(name), disk);
            }
            Files.write(side.resolve("c"), other);
            Files.write(side.resolve("short"), new byte[1 << 19]);
            Files.write(side.resolve("log"), new byte[0]);
        }
        for (Path side : List.of(theirs, ours)) {
            String source = side.resolve("a").toString();
            String image = side.resolve("q.qcow2").toString();
            run(side, List.of("qemu-img", "convert", "-f", "raw", "-O", "qcow2", source, image));
        }
    }

    // ---- graphs

    private static String raw(String name) {
        return "{\"driver\":\"raw\",\"file\":" + file(name) + "}";
    }

    private static String file(String name) {
        return "{\"driver\":\"file\",\"filename\":\"@" + name + "\"}";
    }

    private static String failing(String name, String type, int errno) {
        return "{\"driver\":\"blkdebug\",\"inject-error\":[{\"event\":\"none\",\"iotype\":\""
                + type
                + "\",\"errno\":"
                + errno
                + "}],\"image\":"
                + raw(name)
                + "}";
    }

    private static String quorum(String options, String... children) {
        return "json:{\"driver\":\"quorum\","
                + options
                + ",\"children\":["
                + String.join(",", children)
                + "]}";
    }

    private static String verify(String rawChild, String test) {
        return "json:{\"driver\":\"blkverify\",\"raw\":" + rawChild + ",\"test\":" + test + "}";
    }

    private static String log(String options) {
        return "json:{\"driver\":\"blklogwrites\",\"file\":"
                + raw("a")
                + ",\"log\":"
                + file("log")
                + options
                + "}";
    }

    // ---- command lines

    private static List<String> io(String image, String... commands) {
        List<String> line = new ArrayList<>(List.of("qemu-io", "-t", "writeback"));
        for (String command : commands) {
            line.addAll(List.of("-c", command));
        }
        line.add(image);
        return line;
    }

    private static List<List<String>> img(String image) {
        return Stream.of("info", "info --output=json", "map", "map --output=json", "check")
                .map(command -> {
                    List<String> line = new ArrayList<>(List.of("qemu-img"));
                    line.addAll(List.of(command.split(" ")));
                    line.add(image);
                    return line;
                })
                .toList();
    }

    static List<List<String>> quorumLines() {
        String two = "\"vote-threshold\":2";
        String three = "\"vote-threshold\":3";
        String rewrite = two + ",\"rewrite-corrupted\":true";
        String fifo = two + ",\"read-pattern\":\"fifo\"";
        String all = quorum(two, raw("a"), raw("b"), raw("c"));
        List<List<String>> lines = new ArrayList<>();
        lines.add(
                io(
                        all,
                        "read -P 5 0 64k",
                        "write -P 1 0 2k",
                        "read -P 1 0 2k",
                        "write -P 2 5 700",
                        "write -z 64k 4k",
                        "write -z -n 72k 4k",
                        "discard 0 64k",
                        "flush",
                        "info",
                        "map",
                        "alloc 0 64k",
                        "truncate 2M",
                        "length"));
        lines.addAll(img(all));
        lines.addAll(img(quorum(two, raw("a"), "{\"file\":{\"filename\":\"@q.qcow2\"}}")));
        lines.add(
                List.of(
                        "qemu-img",
                        "info",
                        "--image-opts",
                        "driver=quorum,vote-threshold=2,blkverify=off,children.0.driver=raw,"
                                + "children.0.file.filename=@a,children.1.file.filename=@q.qcow2"));
        lines.add(io(quorum(three, raw("a"), raw("b"), raw("c")), "read 0 64k", "read 64k 4k"));
        lines.add(io(quorum(two, raw("a"), raw("c"), raw("b"), raw("short")), "read 0 1k"));
        lines.add(io(quorum(rewrite, raw("a"), raw("b"), raw("c")), "read -P 5 0 64k"));
        lines.add(io(quorum("\"vote-threshold\":1", raw("a"), raw("c")), "read -P 6 4k 4k"));
        lines.add(io(quorum("\"vote-threshold\":1", raw("c"), raw("a")), "read -P 5 4k 4k"));
        for (String type : List.of("read", "write", "flush", "write-zeroes")) {
            String[] commands = {"read 0 1k", "write 0 1k", "write -z 4k 1k", "flush"};
            String first = failing("a", type, 12);
            String second = failing("b", type, 28);
            lines.add(io(quorum(two, first, raw("b"), raw("d")), commands));
            lines.add(io(quorum(two, first, second, raw("d")), commands));
            lines.add(io(quorum(two, first, second, failing("d", type, 5)), commands));
            lines.add(io(quorum(fifo, first, second, raw("d")), commands));
        }
        for (String options :
                List.of(
                        "\"vote-threshold\":0",
                        "\"vote-threshold\":3",
                        "\"vote-threshold\":\"x\"",
                        "\"foo\":1",
                        two + ",\"foo\":1",
                        two + ",\"read-pattern\":\"x\"",
                        two + ",\"blkverify\":true,\"rewrite-corrupted\":true",
                        "\"vote-threshold\":1,\"blkverify\":true")) {
            lines.add(io(quorum(options, raw("a"), raw("b")), "length"));
        }
        lines.add(io(quorum(two, raw("a"), raw("a")), "length"));
        lines.add(io(quorum(two, raw("a"), "\"nobody\""), "length"));
        lines.add(io(quorum(two), "length"));
        lines.add(io("json:{\"driver\":\"quorum\",\"children.1.driver\":\"null-co\"}", "length"));
        lines.add(List.of("qemu-img", "create", "-f", "quorum", "@new", "1M"));
        return lines;
    }

    static List<List<String>> verifyLines() {
        String plain = verify(raw("a"), raw("b"));
        List<List<String>> lines = new ArrayList<>();
        lines.add(
                io(
                        plain,
                        "read 0 64k",
                        "write -P 9 5 700",
                        "write -z -n 0 1k",
                        "discard 0 1k",
                        "flush",
                        "info",
                        "map",
                        "length"));
        lines.addAll(img(plain));
        lines.addAll(img(verify(file("a"), "{\"file.filename\":\"@q.qcow2\"}")));
        lines.addAll(img("blkverify:@a:@q.qcow2"));
        lines.add(io(verify(raw("a"), raw("short")), "length"));
        for (String type : List.of("write", "flush")) {
            lines.add(
                    io(
                            verify(failing("a", type, 5), failing("b", type, 5)),
                            "write 0 1k",
                            "flush"));
        }
        for (String name :
                List.of(
                        "blkverify:@a",
                        "blkverify::",
                        "blkverify:@a:@gone",
                        "blkverify:@gone:@a",
                        "json:{\"driver\":\"blkverify\"}",
                        "json:{\"driver\":\"blkverify\",\"raw.filename\":\"@a\"}")) {
            lines.add(io(name, "length"));
        }
        return lines;
    }

    static List<List<String>> logLines() {
        String[] commands = {
            "write -P 1 0 1k",
            "flush",
            "flush",
            "write -z 8k 4k",
            "write 700 100",
            "write -f 16k 512",
            "write -z -u 20k 4k",
            "discard 64k 64k",
            "write -z -n 0 4k",
            "info",
            "map"
        };
        List<List<String>> lines = new ArrayList<>();
        for (String options :
                List.of(
                        "",
                        ",\"log-sector-size\":4096",
                        ",\"log-sector-size\":32",
                        ",\"log-append\":true",
                        ",\"log-super-update-interval\":1",
                        ",\"log-append\":true,\"log-sector-size\":512",
                        ",\"log-sector-size\":1000",
                        ",\"log-sector-size\":0",
                        ",\"log-super-update-interval\":0",
                        ",\"foo\":1")) {
            lines.add(io(log(options), commands));
        }
        lines.addAll(img(log(",\"log-append\":false")));
        lines.add(io("json:{\"driver\":\"blklogwrites\",\"file\":" + raw("a") + "}", "length"));
        return lines;
    }

    // ---- tests

    @ParameterizedTest
    @MethodSource({"quorumLines", "verifyLines", "logLines"})
    void showsAndDoesTheSame(List<String> line) throws Exception {
        assertThat(ours(line)).isEqualTo(theirs(line));
    }

    /// A second run continues the log of the first.
    @Test
    void continuesEachOthersLogs() throws Exception {
        List<String> first = io(log(",\"log-sector-size\":4096"), "write 0 1k", "write -z 8k 8k");
        List<String> second = io(log(",\"log-append\":true"), "write 64k 9k", "flush");
        theirs(first);
        ours(first);

        assertThat(ours(second)).isEqualTo(theirs(second));
    }

    /// Where copies differ the process ends, with what was printed before.
    @ParameterizedTest
    @MethodSource("mismatches")
    void endsWhereCopiesDiffer(List<String> line) throws Exception {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-Dcairn.program=" + line.getFirst(),
                                "--enable-native-access=ALL-UNNAMED",
                                Main.class.getName()));
        command.addAll(located(ours, line.subList(1, line.size())));

        Outcome seen = run(ours, command);

        assertThat(seen).isEqualTo(theirs(line));
        assertThat(seen.status()).isEqualTo(1);
    }

    static List<List<String>> mismatches() {
        String both = "\"vote-threshold\":2,\"blkverify\":true";
        return List.of(
                io(quorum(both, raw("a"), raw("c")), "read 64k 1k", "read 1k 10000", "read 0 1"),
                io(verify(raw("a"), raw("c")), "read 64k 1k", "read 0 9000", "read 0 1"),
                io(verify(failing("a", "write", 5), raw("b")), "write 0 1k"),
                List.of("qemu-img", "convert", quorum(both, raw("c"), raw("a")), "@out"));
    }

    // ---- running

    private Outcome theirs(List<String> line) throws Exception {
        return run(theirs, located(theirs, line));
    }

    private Outcome ours(List<String> line) throws IOException {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        String program = line.getFirst();
        Tool tool = program.equals("qemu-io") ? new IoTool() : new ImgTool();
        List<String> arguments = located(ours, line.subList(1, line.size()));
        int status = tool.run(new Invocation(program, true, arguments, stdout, stderr));
        stdout.flush();
        return outcome(ours, out.toByteArray(), err.toByteArray(), status);
    }

    private Outcome run(Path side, List<String> command) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("hangs: " + command);
        }
        return outcome(side, Files.readAllBytes(out), Files.readAllBytes(err), process.exitValue());
    }

    private static List<String> located(Path side, List<String> words) {
        return words.stream().map(word -> word.replace("@", side + "/")).toList();
    }

    private static Outcome outcome(Path side, byte[] out, byte[] err, int status)
            throws IOException {
        Map<String, ByteBuffer> files = new TreeMap<>();
        try (Stream<Path> list = Files.list(side)) {
            for (Path file : list.toList()) {
                files.put(
                        String.valueOf(file.getFileName()),
                        ByteBuffer.wrap(Files.readAllBytes(file)));
            }
        }
        return new Outcome(text(side, out), text(side, err), status, files);
    }

    /// What is alike on both sides: no times, no generated names, no folder.
    private static String text(Path side, byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).replace(side.toString(), "DIR");
        return NODE.matcher(TIMES.matcher(text).replaceAll("")).replaceAll("NODE");
    }
}
