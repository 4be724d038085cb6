package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.cairn.block.option.Options;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.Tool;
import io.cairn.cli.img.ImgTool;
import io.cairn.cli.io.IoTool;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Opens graphs made up by seed by the reference programs and by ours: texts, exit statuses and
/// what the files hold afterwards are the same.
@EnabledIf("isInstalled")
class FilterGraphInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final int GRAPHS = "full".equals(System.getProperty("cairn.effort")) ? 600 : 30;

    /// The status of a reference program that found a mistake of its own, as a shell tells it.
    private static final int ABORTED = 134;

    private static final List<String> IMAGES =
            List.of("raw.img", "q.qcow2", "top.qcow2", "base.qcow2", "target.img");

    private static final Pattern LINES = Pattern.compile("(, \\d+ ops; ).*");
    private static final Pattern NODE = Pattern.compile("'#block\\d+'");
    private static final Pattern SIZES =
            Pattern.compile("(?m)^disk size: .*\n|^ *\"actual-size\": \\d+,\n");

    /// What a run of a program shows.
    private record Outcome(String out, String err, int status) {}

    @TempDir Path folder;

    static boolean isInstalled() {
        return PeerPrograms.isInstalled("qemu-io");
    }

    @Test
    void graphsShowAndDoTheSame() throws Exception {
        makeImages();
        for (long seed = SEED; seed < SEED + GRAPHS; seed++) {
            Random random = new Random(seed);
            Options graph = new RandomGraph(random).next();
            try {
                compare(arguments(graph, random));
            } catch (AssertionError e) {
                fail("-Dcairn.seed=" + seed + " " + RandomGraph.asText(graph), e);
            }
        }
    }

    private void makeImages() throws Exception {
        Path made = Files.createDirectory(folder.resolve("made"));
        for (String create :
                List.of(
                        "-f raw @raw.img 1M",
                        "-f raw @target.img 1M",
                        "-f qcow2 @q.qcow2 1M",
                        "-f qcow2 @base.qcow2 1M",
                        "-f qcow2 -b base.qcow2 -F qcow2 @top.qcow2")) {
            peer("qemu-img", List.of(("create -q " + create).split(" ")), made);
        }
        peer("qemu-io", io("-f raw", "@raw.img", "write -P 1 0 300k", "write -P 2 700k 4k"), made);
        peer(
                "qemu-io",
                io("-f qcow2", "@q.qcow2", "write -P 3 64k 64k", "write -z 256k 64k"),
                made);
        peer("qemu-io", io("-f qcow2", "@base.qcow2", "write -P 4 0 512k"), made);
        peer("qemu-io", io("-f qcow2", "@top.qcow2", "write -P 5 128k 64k"), made);
        for (String side : List.of("a", "b")) {
            Files.createDirectory(folder.resolve(side));
        }
    }

    private static List<String> io(String options, String image, String... commands) {
        List<String> words = new ArrayList<>(List.of(options.split(" ")));
        for (String command : commands) {
            words.addAll(List.of("-c", command));
        }
        words.add(image);
        return words;
    }

    /// A program with its arguments.
    private record Run(String program, List<String> arguments) {}

    private static Run arguments(Options graph, Random random) throws Exception {
        List<String> name =
                random.nextBoolean()
                        ? List.of(RandomGraph.asJson(graph))
                        : List.of("--image-opts", RandomGraph.asText(graph));
        List<String> words = new ArrayList<>();
        switch (random.nextInt(5)) {
            case 0 -> words.addAll(List.of("info", "-U"));
            case 1 -> words.addAll(List.of("info", "--output=json"));
            case 2 -> words.addAll(List.of("map", "--output=json"));
            default -> {
                for (int i = 0; i < 6; i++) {
                    words.addAll(List.of("-c", command(random)));
                }
                words.addAll(name);
                return new Run("qemu-io", words);
            }
        }
        words.addAll(name);
        return new Run("qemu-img", words);
    }

    private static String command(Random random) {
        int offset = random.nextInt(2000) * 512;
        int length = (1 + random.nextInt(random.nextBoolean() ? 8 : 300)) * 512;
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> "write -P " + (10 + random.nextInt(90)) + " " + offset + " " + length;
            case 3 -> "write -z " + offset + " " + length;
            case 4 -> "write -z -u " + offset + " " + length;
            case 5 -> "discard " + offset + " " + length;
            case 6 -> "map";
            case 7 -> "info";
            case 8 -> "truncate " + (random.nextInt(2000) * 1024);
            case 9 -> "flush";
            default -> "read -v " + offset + " " + Math.min(length, 512);
        };
    }

    private void compare(Run run) throws Exception {
        Path theirs = folder.resolve("a");
        Path ours = folder.resolve("b");
        for (String image : IMAGES) {
            for (Path side : List.of(theirs, ours)) {
                Path copy = side.resolve(image);
                Files.deleteIfExists(copy);
                execute(
                        List.of(
                                "cp",
                                "--sparse=always",
                                folder.resolve("made").resolve(image).toString(),
                                copy.toString()));
            }
        }

        Outcome wanted = peer(run.program(), run.arguments(), theirs);
        if (wanted.status() == ABORTED) {
            return;
        }
        Outcome seen = ours(run, ours);

        assertThat(seen).as("%s", run).isEqualTo(wanted);
        for (String image : IMAGES) {
            String format = image.endsWith("qcow2") ? "qcow2" : "raw";
            List<String> same =
                    List.of(
                            "qemu-img",
                            "compare",
                            "-f",
                            format,
                            "-F",
                            format,
                            theirs.resolve(image).toString(),
                            ours.resolve(image).toString());
            assertThat(execute(same).status()).as("%s after %s", image, run).isZero();
            assertThat(
                            Files.size(ours.resolve(image)) == Files.size(theirs.resolve(image))
                                    || format.equals("qcow2"))
                    .as("length of %s after %s", image, run)
                    .isTrue();
        }
    }

    private Outcome peer(String program, List<String> arguments, Path side) throws Exception {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(located(arguments, side));
        Outcome outcome = execute(command);
        return new Outcome(text(outcome.out(), side), text(outcome.err(), side), outcome.status());
    }

    private static Outcome ours(Run run, Path side) throws Exception {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        Tool tool = run.program().equals("qemu-io") ? new IoTool() : new ImgTool();
        int status =
                tool.run(
                        new Invocation(
                                run.program(),
                                true,
                                located(run.arguments(), side),
                                stdout,
                                stderr));
        stdout.flush();
        return new Outcome(
                text(out.toString(StandardCharsets.UTF_8), side),
                text(err.toString(StandardCharsets.UTF_8), side),
                status);
    }

    private Outcome execute(List<String> command) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        process.getOutputStream().close();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IllegalStateException("hangs: " + command);
        }
        return new Outcome(Files.readString(out), Files.readString(err), process.exitValue());
    }

    private static List<String> located(List<String> words, Path side) {
        return words.stream().map(word -> word.replace("@", side + "/")).toList();
    }

    /// What is alike on both sides: no times, no generated names, no space that a packer leaves.
    private static String text(String text, Path side) {
        String same = text.replace(side.toString(), "DIR");
        same = LINES.matcher(same).replaceAll("$1");
        same = SIZES.matcher(same).replaceAll("");
        return NODE.matcher(same).replaceAll("NODE");
    }
}
