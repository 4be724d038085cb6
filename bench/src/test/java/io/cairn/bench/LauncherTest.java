package io.cairn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/// Runs the launcher in checkouts made of its copy, of the tools' real jars, and of a `mvn` that
/// only takes notes.
class LauncherTest {
    private static final String FAKE_MVN =
            """
            #!/bin/sh
            echo "$@" >> "$NOTES"
            echo noise
            [ ! -e "$NOTES.fail" ] || exit 1
            ./cairn train-cache 2030-01-01T00:00:00.000Z > /dev/null
            """;

    /// What the JVM tells of a method that its optimising compiler compiles.
    private static final Pattern OPTIMISED =
            Pattern.compile("^ *[0-9]+ +[0-9]+ [ %s!bn]+4 {7}([^ ]+)::", Pattern.MULTILINE);

    @TempDir Path temp;

    /// A path that a careless script would split.
    private Path checkout;

    private Path notes;
    private Path bin;

    @BeforeEach
    void copyCheckout() throws IOException {
        checkout = Files.createDirectory(temp.resolve("it's a checkout"));
        notes = temp.resolve("notes");
        bin = temp.resolve("bin");
        Files.copy(Reactor.root().resolve("cairn"), checkout.resolve("cairn"));
        write(checkout.resolve("pom.xml"), "");
        write(checkout.resolve("cli/pom.xml"), "");
        write(checkout.resolve("cli/src/main/java/A.java"), "");
        Path directives = Path.of("cli/src/main/jvm/encryption.json");
        Files.createDirectory(checkout.resolve(directives).getParent());
        Files.copy(Reactor.root().resolve(directives), checkout.resolve(directives));
        executable(Files.createDirectory(bin).resolve("mvn"), FAKE_MVN);
        Path lib = Files.createDirectories(checkout.resolve("cli/target/lib"));
        try (var jars = Files.newDirectoryStream(Reactor.root().resolve("cli/target/lib"))) {
            for (Path jar : jars) {
                Files.copy(jar, lib.resolve(jar.getFileName()));
            }
        }
    }

    @Test
    void buildsWhenThereIsNoBuildAndWhenASourceIsNewer() throws Exception {
        Outcome first = cairn("--version");
        Outcome second = cairn("--version");
        Files.setLastModifiedTime(
                checkout.resolve("cli/src/main/java/A.java"),
                FileTime.from(Instant.parse("2031-01-01T00:00:00Z")));
        cairn("--version");

        assertThat(first.out()).startsWith("cairn ").doesNotContain("noise");
        assertThat(first.err()).contains("noise");
        assertThat(second.err()).isEmpty();
        assertThat(second.out()).isEqualTo(first.out());
        assertThat(Files.readAllLines(notes))
                .hasSize(2)
                .allMatch(line -> line.endsWith(" -pl cli -am package"));
    }

    @Test
    void saysThatTheBuildFailed() throws Exception {
        write(temp.resolve("notes.fail"), "");

        Outcome outcome = cairn("--version");

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).endsWith("cairn: the build failed\n");
    }

    @Test
    void installedProgramBearsItsNameAndIgnoresNewerSources() throws Exception {
        cairn("--version");
        cairn("install-links", bin.toString());
        Files.setLastModifiedTime(
                checkout.resolve("cli/src/main/java/A.java"),
                FileTime.from(Instant.parse("2031-01-01T00:00:00Z")));

        Outcome outcome = run(bin.resolve("qemu-io").toString(), "--no-such-option");

        assertThat(outcome.err()).startsWith("qemu-io: ");
        assertThat(Files.readAllLines(notes)).hasSize(1);
    }

    @Test
    void symbolicLinkWorksAsAnInstalledProgram() throws Exception {
        Path link = Files.createSymbolicLink(bin.resolve("qemu-img"), checkout.resolve("cairn"));

        assertThat(run(link.toString(), "--no-such-option").err()).contains("\nqemu-img: ");
    }

    @Test
    void installLinksLeavesForeignProgramsAlone() throws Exception {
        write(bin.resolve("qemu-img"), "theirs");

        Outcome outcome = cairn("install-links", bin.toString());

        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.err()).endsWith("/qemu-img exists and is not ours; remove it first\n");
        assertThat(bin.resolve("qemu-img")).hasContent("theirs");
    }

    @Test
    void settingsOfTheCallersJvmChangeNothing() throws Exception {
        Outcome plain = cairn("--version");

        ProcessBuilder builder = builder(checkout.resolve("cairn").toString(), "--version");
        builder.environment().put("JAVA_TOOL_OPTIONS", "-XshowSettings");
        builder.environment().put("JDK_JAVA_OPTIONS", "-showversion");
        builder.environment().put("LC_ALL", "POSIX");
        Outcome changed = Outcome.of(builder);

        assertThat(changed.out()).isEqualTo(plain.out());
        assertThat(changed.err()).isEmpty();
    }

    @Test
    void secretBringsTheOptimisingCompilerForEncryptionAlone() throws Exception {
        cairn("--version");
        ProcessBuilder builder =
                builder(
                        checkout.resolve("cairn").toString(),
                        "img",
                        "create",
                        "-q",
                        "-f",
                        "luks",
                        "--object",
                        "secret,id=s,data=abc",
                        "-o",
                        "key-secret=s,iter-time=10",
                        temp.resolve("v.luks").toString(),
                        "1M");
        Outcome plain = Outcome.of(builder);
        builder.environment()
                .put(
                        "CAIRN_JAVA_OPTIONS",
                        "-XX:+DisplayVMOutput -XX:+PrintFlagsFinal -XX:+PrintCompilation");
        Outcome told = Outcome.of(builder);

        assertThat(plain.status()).as(plain.err()).isZero();
        assertThat(plain.out() + plain.err()).isEmpty();
        assertThat(told.out())
                .contains("3 compiler directives added")
                .containsPattern("TieredStopAtLevel += 4 ");
        List<String> optimised =
                OPTIMISED.matcher(told.out()).results().map(found -> found.group(1)).toList();
        assertThat(optimised)
                .anyMatch(name -> name.startsWith("io.cairn.format.crypto."))
                .allMatch(name -> name.matches(".*(crypto|security).*"));
    }

    @Test
    void readerThatIsGoneEndsTheToolBySignal() throws Exception {
        cairn("--version");
        Process process = builder(checkout.resolve("cairn").toString(), "--help").start();

        process.getInputStream().close();

        assertThat(process.waitFor()).isEqualTo(128 + 13);
        assertThat(process.getErrorStream().readAllBytes()).isEmpty();
    }

    @Test
    void rebuiltJarRunsItsNewCodeUnderAStaleCache() throws Exception {
        cairn("--version");
        cairn("install-links", bin.toString());
        Files.move(checkout.resolve("cairn"), checkout.resolve("launcher"));
        executable(
                checkout.resolve("cairn"),
                Files.readString(checkout.resolve("launcher"))
                        .replace("program=$cairn_link", "program=cairn"));
        Outcome before = run(bin.resolve("qemu-img").toString(), "--help");

        replaceInJar("io/cairn/cli/Main.class", "usage: cairn", "USAGE: CAIRN");

        Outcome after = run(bin.resolve("qemu-img").toString(), "--help");
        assertThat(before.out()).startsWith("usage: cairn");
        assertThat(after.out()).startsWith("USAGE: CAIRN");
    }

    private void replaceInJar(String entry, String old, String replacement) throws IOException {
        Path jar;
        try (var jars =
                Files.newDirectoryStream(checkout.resolve("cli/target/lib"), "cairn-cli-*")) {
            jar = jars.iterator().next();
        }
        Path rebuilt = temp.resolve("rebuilt.jar");
        try (var in = new ZipInputStream(Files.newInputStream(jar));
                var out = new ZipOutputStream(Files.newOutputStream(rebuilt))) {
            for (ZipEntry next = in.getNextEntry(); next != null; next = in.getNextEntry()) {
                out.putNextEntry(new ZipEntry(next.getName()));
                byte[] bytes = in.readAllBytes();
                if (next.getName().equals(entry)) {
                    String text = new String(bytes, StandardCharsets.ISO_8859_1);
                    assertThat(text).contains(old);
                    bytes = text.replace(old, replacement).getBytes(StandardCharsets.ISO_8859_1);
                }
                out.write(bytes);
            }
        }
        Files.copy(rebuilt, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private Outcome cairn(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(checkout.resolve("cairn").toString()));
        command.addAll(List.of(arguments));
        return Outcome.of(builder(command.toArray(String[]::new)));
    }

    private Outcome run(String... command) throws Exception {
        return Outcome.of(builder(command));
    }

    private ProcessBuilder builder(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(temp.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("NOTES", notes.toString());
        environment.put("PATH", bin + ":" + environment.get("PATH"));
        return builder;
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void executable(Path file, String text) throws IOException {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
