package io.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.throttle.ThrottleLimits;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.img.ImgTool;
import io.cairn.cli.io.IoTool;
import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

/// Gives throttle groups and nodes to the reference programs and to ours, and compares outputs but
/// for times, exit statuses, and what images hold then.
@EnabledIf("isInstalled")
class ThrottleInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final int CASES = "full".equals(System.getProperty("cairn.effort")) ? 2000 : 60;

    private static final Pattern TIMES = Pattern.compile("(, \\d+ ops; ).*");

    /// Objects that every line can refer to.
    private static final List<String> GROUPS =
            List.of(
                    "--object",
                    "throttle-group,id=g,x-bps-total=1000000000",
                    "--object",
                    "throttle-group,id=h,limits.iops-write=1000000",
                    "--object",
                    "secret,id=sec,data=x");

    /// What a run of a program shows.
    private record Outcome(String out, String err, int status) {}

    @TempDir Path folder;

    static boolean isInstalled() {
        return PeerPrograms.isInstalled("qemu-io");
    }

    @BeforeEach
    void makeImages() throws Exception {
        for (String side : List.of("a", "b")) {
            Path images = Files.createDirectories(folder.resolve(side));
            String base = images + "/b.qcow2";
            run(List.of("qemu-img", "create", "-q", "-f", "raw", images + "/r.raw", "1M"));
            run(List.of("qemu-img", "create", "-q", "-f", "qcow2", base, "1M"));
            run(List.of("qemu-io", "-f", "qcow2", "-c", "write -P 5 64k 64k", base));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throttle-group=g,file.driver=file,file.filename=@r.raw",
                "throttle-group=g,file.filename=@b.qcow2",
                "throttle-group=g,file.driver=qcow2,file.file.filename=@b.qcow2",
                "throttle-group=g,file.driver=throttle,file.throttle-group=h,"
                        + "file.file.driver=qcow2,file.file.file.filename=@b.qcow2",
                "throttle-group=nope,file.driver=file,file.filename=@r.raw",
                "throttle-group=sec,file.driver=file,file.filename=@r.raw",
                "throttle-group=,file.driver=file,file.filename=@r.raw",
                "file.driver=file,file.filename=@r.raw",
                "throttle-group=g",
                "throttle-group=g,file=xx",
                "throttle-group=g,foo=bar,file.driver=file,file.filename=@r.raw",
                "throttle-group=g,throttling.iops=3,file.driver=file,file.filename=@r.raw",
                "throttle-group=g,read-only=on,file.driver=file,file.filename=@r.raw",
            })
    void nodesOpenAndFailAlike(String options) throws Exception {
        String image = "driver=throttle," + options;
        assertAlike("qemu-io", "--image-opts", image, "-c", "write -P 3 0 70k", "-c", "info");
        assertAlike("qemu-img", "info", "--image-opts", image);
        assertAlike("qemu-img", "info", "--output=json", "--image-opts", image);
        assertAlike("qemu-img", "map", "--output=json", "--image-opts", image);
        assertAlike("qemu-img", "check", "--image-opts", image);
    }

    @Test
    void graphsOfThrottleNodesAreUsedAlike() throws Exception {
        String raw = "driver=throttle,throttle-group=g,file.driver=file,file.filename=@r.raw";
        String qcow2 =
                "driver=throttle,throttle-group=g,file.driver=qcow2,file.file.filename=@b.qcow2";
        String below =
                "driver=qcow2,file.driver=throttle,file.throttle-group=h,"
                        + "file.file.driver=file,file.file.filename=@b.qcow2";
        String json =
                "json:{\"driver\":\"throttle\",\"throttle-group\":\"g\","
                        + "\"file\":{\"driver\":\"file\",\"filename\":\"@r.raw\"}}";
        assertAlike("qemu-img", "info", json);
        assertAlike("qemu-img", "info", "--image-opts", below);
        assertAlike("qemu-img", "check", "--image-opts", below);
        assertAlike("qemu-img", "resize", "--image-opts", raw, "2M");
        assertAlike("qemu-img", "resize", "--image-opts", qcow2, "2M");
        assertAlike("qemu-img", "compare", "--image-opts", qcow2, below);
        assertAlike("qemu-img", "convert", "-n", "--target-image-opts", "@b.qcow2", raw);
        assertAlike("qemu-img", "map", "--output=json", "-f", "raw", "@r.raw");
        assertAlike("qemu-img", "create", "-q", "-f", "qcow2", "-b", json, "-F", "throttle", "@o");
        assertAlike("qemu-img", "info", "--backing-chain", "@o");
        assertAlike("qemu-img", "create", "-f", "throttle", "@x", "1M");
        assertAlike("qemu-img", "info", "-f", "throttle", "@r.raw");
        assertAlike("qemu-img", "info", "throttle:@r.raw");
    }

    @Test
    void requestsAndReopeningsAreAlike() throws Exception {
        String options = "driver=throttle,throttle-group=g,";
        for (String file :
                List.of("file.filename=@r.raw", "file.driver=qcow2,file.file.filename=@b.qcow2")) {
            List<String> line = new ArrayList<>(List.of("qemu-io", "--image-opts", options + file));
            for (String command :
                    List.of(
                            "write -c 0 64k",
                            "write -z -u 0 64k",
                            "write -f 0 512",
                            "writev -f 0 512 512",
                            "write -z -n 0 512",
                            "truncate 2M",
                            "length",
                            "alloc 0 2M",
                            "discard 0 64k",
                            "write -b 0 512",
                            "read -b 0 512",
                            "read -P 0 1M 1M",
                            "read 5M 512",
                            "write 5M 512",
                            "flush",
                            "info",
                            "reopen -o throttle-group=h",
                            "write 0 512",
                            "reopen -o throttle-group=nope",
                            "reopen -o foo=bar",
                            "reopen -o driver=raw",
                            "reopen -r",
                            "write 0 512",
                            "reopen -w",
                            "write 0 512")) {
                line.add("-c");
                line.add(command);
            }
            assertAlike(line.toArray(String[]::new));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "throttle-group,help",
                "throttle-group,id=x,help",
                "throttle-group",
                "throttle-group,id=1x,x-foo=1",
                "throttle-group,id=1x,x-iops-total=-1",
                "throttle-group,id=g",
                "throttle-group,id=g,x-iops-total=-1",
                "throttle-group,id=g,x-iops-size=1",
                "throttle-group,id=x,limits=3",
                "throttle-group,id=x,limits=3,limits.iops-total=1",
                "throttle-group,id=x,limits.iops-total.x=3",
                "throttle-group,id=x,limits.foo=1,x-iops-total=abc",
                "throttle-group,id=x,x-iops-total=0x10",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"limits\":{\"iops-total\":5}}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"limits\":{\"iops-total\":\"5\"}}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"limits\":{}}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"limits\":null}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"limits\":[]}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"limits.iops-total\":5}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"x-iops-total\":5.5}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"x-iops-total\":true}",
                "{\"qom-type\":\"throttle-group\",\"id\":\"x\",\"x-iops-total\":[1]}",
            })
    void objectsAreTakenAndRefusedAlike(String object) throws Exception {
        assertAlike("qemu-img", "info", "--object", object, "-f", "raw", "@r.raw");
    }

    @Test
    void randomPropertiesAreTakenAndRefusedAlike() throws Exception {
        List<String> values =
                List.of(
                        "0",
                        "1",
                        "2",
                        "5",
                        "10",
                        "10",
                        "100",
                        "-1",
                        "1000000000000000",
                        "1000000000000001",
                        "4294967295",
                        "4294967296",
                        "x",
                        "");
        for (int i = 0; i < CASES; i++) {
            Random random = new Random(SEED + i);
            StringBuilder object = new StringBuilder("throttle-group,id=x");
            for (int n = 1 + random.nextInt(6); n > 0; n--) {
                List<String> names = ThrottleLimits.names();
                object.append(random.nextInt(3) == 0 ? ",limits." : ",x-")
                        .append(names.get(random.nextInt(names.size())))
                        .append('=')
                        .append(values.get(random.nextInt(random.nextBoolean() ? 7 : 14)));
            }
            assertAlike("qemu-img", "info", "--object", object.toString(), "-f", "raw", "@r.raw");
        }
    }

    private void assertAlike(String... line) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(line).subList(1, line.length));
        arguments.addAll(line[0].equals("qemu-img") ? 1 : 0, GROUPS);

        Outcome theirs = theirs(line[0], arguments);
        Outcome ours = ours(line[0], arguments);

        String what = "seed " + SEED + ": " + String.join(" ", line);
        assertThat(ours).as(what).isEqualTo(theirs);
        for (String image : List.of("r.raw", "b.qcow2")) {
            assertThat(contentOf("b", image)).as(what).isEqualTo(contentOf("a", image));
        }
    }

    private byte[] contentOf(String side, String image) throws Exception {
        Path file = folder.resolve(side).resolve(image);
        if (image.endsWith(".raw")) {
            return Files.readAllBytes(file);
        }
        Path raw = folder.resolve("content");
        run(List.of("qemu-img", "convert", "-O", "raw", file.toString(), raw.toString()));
        return Files.readAllBytes(raw);
    }

    private Outcome theirs(String program, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(located("a", arguments));
        return run(command);
    }

    private Outcome ours(String program, List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        Invocation invocation =
                new Invocation(program, true, located("b", arguments), stdout, stderr);
        int status =
                program.equals("qemu-img")
                        ? new ImgTool().run(invocation)
                        : new IoTool().run(invocation);
        stdout.flush();
        return new Outcome(text(out.toByteArray()), text(err.toByteArray()), status);
    }

    private List<String> located(String side, List<String> words) {
        String start = folder.resolve(side) + "/";
        return words.stream().map(word -> word.replace("@", start)).toList();
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

    private String text(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        text = TIMES.matcher(text).replaceAll("$1");
        return text.replace(folder.resolve("a") + "/", "@").replace(folder.resolve("b") + "/", "@");
    }
}
