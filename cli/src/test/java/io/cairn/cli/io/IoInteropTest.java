package io.cairn.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

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

/// Has sessions of random commands on equal images by the reference program and by ours, and
/// compares both outputs but for the times, the exit status, and what the images hold then.
@EnabledIf("isInstalled")
class IoInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 1);
    private static final int SESSIONS =
            "full".equals(System.getProperty("cairn.effort")) ? 1000 : 25;

    private static final Pattern LINES = Pattern.compile("(, \\d+ ops; ).*");
    private static final Pattern VALUES = Pattern.compile("(?m)^(\\d+,1),\\d+:\\d\\d:[\\d.,]+$");
    private static final Pattern NODE = Pattern.compile("'#block\\d+'");

    private static final List<List<String>> OPTIONS =
            List.of(
                    List.of(),
                    List.of(),
                    List.of("-r"),
                    List.of("-d", "ignore"),
                    List.of("-t", "writeback"),
                    List.of("-t", "unsafe"));

    /// What a run of a program shows.
    private record Outcome(String out, String err, int status) {}

    @TempDir Path folder;

    static boolean isInstalled() {
        return PeerPrograms.isInstalled("qemu-io");
    }

    @ParameterizedTest
    @ValueSource(strings = {"raw", "qcow2"})
    void sessionsShowAndDoTheSame(String format) throws Exception {
        Files.write(folder.resolve("pattern"), "abc".getBytes(StandardCharsets.US_ASCII));
        for (int i = 0; i < SESSIONS; i++) {
            long seed = SEED + i;
            Random random = new Random(seed);
            List<String> commands = new RandomSession(random).commands();
            List<String> options = OPTIONS.get(random.nextInt(OPTIONS.size()));
            make(format, random);
            String what = "cairn.seed=" + seed + ": " + options + " " + commands;
            requireEqual(format, options, commands, what);
            Files.delete(folder.resolve("a.img"));
            Files.delete(folder.resolve("b.img"));
        }
    }

    /// What random sessions once found to differ, on images of 4 MiB.
    static List<String[]> sessionsThatDiffered() {
        return List.of(
                new String[] {"raw", "reopen -o node-name=n"},
                new String[] {"raw", "reopen -o driver=qcow2,foo=bar"},
                new String[] {"raw", "reopen -o node-name=n,foo=bar"},
                new String[] {"raw", "reopen -o node-name=n,discard=foo"},
                new String[] {"qcow2", "truncate -m metadata 4M; truncate -m metadata 1M"},
                new String[] {"raw", "write -c 0 0; write -z -c 0 0"},
                new String[] {"qcow2", "write -c 0 0; write -c 0 64k; write -c 0 0; length"});
    }

    @ParameterizedTest
    @MethodSource("sessionsThatDiffered")
    void differsNoMore(String format, String commands) throws Exception {
        run(List.of("qemu-img", "create", "-q", "-f", format, folder + "/a.img", "4M"));

        requireEqual(format, List.of(), List.of(commands.split("; ", -1)), commands);

        assertThat(Files.size(folder.resolve("b.img")))
                .isEqualTo(Files.size(folder.resolve("a.img")));
    }

    private void requireEqual(
            String format, List<String> options, List<String> commands, String what)
            throws Exception {
        Files.copy(folder.resolve("a.img"), folder.resolve("b.img"));

        Outcome theirs = theirs(arguments(format, options, commands, "a.img"));
        Outcome ours = ours(arguments(format, options, commands, "b.img"));

        assertThat(ours).as(what).isEqualTo(theirs);
        assertThat(contentOf(format, "b.img")).as(what).isEqualTo(contentOf(format, "a.img"));
    }

    private void make(String format, Random random) throws Exception {
        String image = folder.resolve("a.img").toString();
        String size = List.of("4M", "1M", "3000k", "64k").get(random.nextInt(4));
        run(List.of("qemu-img", "create", "-q", "-f", format, image, size));
        if (random.nextBoolean()) {
            run(List.of("qemu-io", "-f", format, "-c", "write -P 7 1000 50000", image));
        }
    }

    private List<String> arguments(
            String format, List<String> options, List<String> commands, String image) {
        List<String> arguments = new ArrayList<>(List.of("-f", format));
        arguments.addAll(options);
        for (String command : commands) {
            arguments.add("-c");
            arguments.add(command.replace("@", folder + "/"));
        }
        arguments.add(folder.resolve(image).toString());
        return arguments;
    }

    private Outcome theirs(List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("qemu-io"));
        command.addAll(arguments);
        return run(command);
    }

    private static Outcome ours(List<String> arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        int status = new IoTool().run(new Invocation("qemu-io", true, arguments, stdout, stderr));
        stdout.flush();
        return new Outcome(text(out.toByteArray()), text(err.toByteArray()), status);
    }

    private Outcome run(List<String> command) throws Exception {
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
        return new Outcome(
                text(Files.readAllBytes(out)), text(Files.readAllBytes(err)), process.exitValue());
    }

    /// What is alike on both sides: no times, no generated names.
    private static String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).replaceAll("[ab]\\.img", "IMG");
        text = LINES.matcher(text).replaceAll("$1");
        text = VALUES.matcher(text).replaceAll("$1");
        return NODE.matcher(text).replaceAll("NODE");
    }

    private byte[] contentOf(String format, String image) throws Exception {
        Path raw = folder.resolve("content.raw");
        String source = folder.resolve(image).toString();
        Outcome converted =
                run(
                        List.of(
                                "qemu-img",
                                "convert",
                                "-f",
                                format,
                                "-O",
                                "raw",
                                source,
                                raw.toString()));
        assertThat(converted.status()).as(converted.err()).isZero();
        return Files.readAllBytes(raw);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "open driver=raw,file.filename=a.img; read 0 512; info",
                "open -o driver=raw driver=raw,file.filename=a.img; length",
                "open -r driver=raw,file.filename=a.img; write 0 512"
            })
    void opensByOptionsWhatTheCommandNames(String commands) throws Exception {
        run(List.of("qemu-img", "create", "-q", "-f", "raw", folder + "/a.img", "1M"));
        List<String> arguments = new ArrayList<>(List.of("--image-opts"));
        for (String command : commands.split("; ", -1)) {
            arguments.add("-c");
            arguments.add(command.replace("a.img", folder + "/a.img"));
        }

        assertThat(ours(arguments)).isEqualTo(theirs(arguments));
    }
}
