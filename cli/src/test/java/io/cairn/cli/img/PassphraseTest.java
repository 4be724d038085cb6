package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.Tool;
import io.cairn.cli.io.IoTool;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// One option gives the passphrase of all encrypted images whose options name no secret.
class PassphraseTest {
    /// What a run has shown.
    private record Outcome(String text, int status) {}

    @TempDir private Path folder;
    private String volume = "";
    private String key = "";

    @BeforeEach
    void makeVolume() throws IOException {
        volume = folder.resolve("v.luks").toString();
        key = "--passphrase-file=" + write("key", "open sesame\n");
        requireGood(img("create", "-q", key, "-f", "luks", "-o", "iter-time=10", volume, "1M"));
    }

    private String write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    @Test
    void isWithoutTheEndOfItsLine() throws IOException {
        String bare = write("bare", "open sesame");

        Outcome opened =
                io(
                        "-c",
                        "read 0 512",
                        "--object",
                        "secret,id=s,file=" + bare,
                        "--image-opts",
                        "driver=luks,key-secret=s,file.filename=" + volume);
        assertThat(opened.status()).as(opened.text()).isZero();
    }

    @Test
    void opensProbedVolumes() {
        requireGood(io(key, "-c", "write -P 7 4k 4k", volume));

        Outcome read = io(key, "-c", "read -P 7 4k 4k", volume);
        assertThat(read.text()).contains("read 4096/4096 bytes").doesNotContain("failed");
        assertThat(io("-c", "read 0 4k", volume).text())
                .contains("Parameter 'key-secret' is required for cipher");
    }

    @Test
    void opensAllImagesOfChain() {
        String base = folder.resolve("base.qcow2").toString();
        String top = folder.resolve("top.qcow2").toString();
        String encrypted = "encrypt.format=luks,encrypt.iter-time=10";
        requireGood(img("create", "-q", key, "-f", "qcow2", "-o", encrypted, base, "1M"));
        requireGood(io(key, "-c", "write -P 9 64k 64k", base));
        requireGood(
                img(
                        "create", "-q", key, "-f", "qcow2", "-o", encrypted, "-b", base, "-F",
                        "qcow2", top));

        Outcome read = io(key, "-c", "read -P 9 64k 64k", top);

        assertThat(read.text()).contains("read 65536/65536").doesNotContain("failed");
        requireGood(img("commit", "-q", key, top));
    }

    @Test
    void everyCommandReadsItFromDescriptor() throws IOException {
        Path file = folder.resolve("key");
        String second = folder.resolve("second.luks").toString();
        String raw = folder.resolve("v.raw").toString();
        requireGood(io(key, "-c", "write -P 7 4k 4k", volume));
        try (InputStream open = Files.newInputStream(file)) {
            assertThat(open.available()).isPositive();
            String given = "--passphrase-fd=" + descriptorOf(file);

            requireGood(img("create", given, "-f", "luks", "-o", "iter-time=1", second, "1M"));
            requireGood(img("convert", given, "-f", "luks", "-O", "raw", volume, raw));
            requireGood(
                    img(
                            "convert",
                            given,
                            "-f",
                            "raw",
                            "-O",
                            "luks",
                            "-o",
                            "iter-time=1",
                            raw,
                            second));
            requireGood(img("compare", given, "-f", "raw", "-F", "luks", raw, second));
            assertThat(img("info", given, second).text()).contains("encrypted: yes");
            assertThat(img("measure", given, "-O", "luks", "--size", "1M").text())
                    .contains("required size: 3117056");
            assertThat(img("amend", given, "-f", "luks", "-o", "state=inactive,keyslot=1", second))
                    .extracting(Outcome::text)
                    .asString()
                    .contains("Given keyslot 1 is already erased");
        }
    }

    /// The number of this process's descriptor that is open on a file.
    private static String descriptorOf(Path file) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path each : all.toList()) {
                if (Files.isSymbolicLink(each)
                        && Files.readSymbolicLink(each).equals(file.toRealPath())) {
                    return each.getFileName().toString();
                }
            }
        }
        throw new IllegalStateException("no descriptor is open on " + file);
    }

    @Test
    void isReadFromDescriptor() {
        Outcome closed = img("map", "--passphrase-fd", "1000", "-f", "luks", volume);
        assertThat(closed)
                .isEqualTo(
                        new Outcome(
                                "cairn img: Could not read the passphrase from descriptor 1000:"
                                        + " No such file or directory\n",
                                1));
        Outcome odd = img("map", "--passphrase-fd", "x", "-f", "luks", volume);
        assertThat(odd)
                .isEqualTo(
                        new Outcome("cairn img: Invalid descriptor 'x' of --passphrase-fd\n", 1));
    }

    @Test
    void neverIsOfSeveralLinesOrEmptyOrGivenTwice() throws IOException {
        String two = write("two", "open\nsesame\n");
        String empty = write("empty", "\n");

        assertThat(img("map", "--passphrase-file", two, volume).text())
                .isEqualTo("cairn img: The passphrase file '" + two + "' has more than one line\n");
        assertThat(img("map", "--passphrase-file", empty, volume).text())
                .isEqualTo("cairn img: The passphrase file '" + empty + "' is empty\n");
        assertThat(img("map", key, key, volume).text())
                .isEqualTo("cairn img: The passphrase is given more than once\n");
        assertThat(img("map", "--object", "secret,id=passphrase,data=x", key, volume).status())
                .isEqualTo(1);
    }

    @Test
    void secretOfThatIdIsNoPassphraseByItself() {
        Outcome opened = img("map", "--object", "secret,id=passphrase,data=open sesame", volume);
        assertThat(opened.text()).contains("Parameter 'key-secret' is required for cipher");
    }

    @Test
    void isNotTakenUnderThePeersName() {
        Outcome refused = run(new ImgTool(), "qemu-img", true, "map", key, "-f", "luks", volume);
        assertThat(refused.text()).contains("unrecognized option '--passphrase-file=");
        assertThat(refused.status()).isEqualTo(1);
        Outcome help = run(new ImgTool(), "qemu-img", true, "--help");
        assertThat(help.text()).doesNotContain("passphrase");
        assertThat(run(new IoTool(), "qemu-io", true, key, volume).text())
                .contains("unrecognized option '--passphrase-file");
        assertThat(run(new IoTool(), "qemu-io", true, "--help").text())
                .doesNotContain("passphrase");
        assertThat(img("map", "--help").text()).contains("--passphrase-prompt");
        assertThat(io("--help").text()).contains("--passphrase-prompt");
    }

    private static Outcome img(String... arguments) {
        return run(new ImgTool(), "cairn img", false, arguments);
    }

    private static Outcome io(String... arguments) {
        return run(new IoTool(), "cairn io", false, arguments);
    }

    private static void requireGood(Outcome outcome) {
        assertThat(outcome.status()).as(outcome.text()).isZero();
    }

    private static Outcome run(Tool tool, String program, boolean standIn, String... arguments) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        Stdout out = new Stdout(text, false);
        PrintStream err = new PrintStream(text, true, StandardCharsets.UTF_8);
        int status;
        try {
            status = tool.run(new Invocation(program, standIn, List.of(arguments), out, err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.flush();
        return new Outcome(text.toString(StandardCharsets.UTF_8), status);
    }
}
