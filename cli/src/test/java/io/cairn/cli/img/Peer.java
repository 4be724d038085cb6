package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.testimages.PeerPrograms;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Runs a command line by the reference program and by ours, in two folders of equal content.
///
/// In a command line `@` stands for the folder. A file `@w-NAME` is made anew from `NAME` before
/// each run, so that it can be changed.
final class Peer {
    /// What a run of a program shows; the folder's name in its texts is replaced by `DIR`.
    record Outcome(String out, String err, int status) {
        /// The same with generated node names alike.
        Outcome withoutNodes() {
            return new Outcome(out, NODE.matcher(err).replaceAll("'NODE'"), status);
        }
    }

    private static final Pattern EXTENT =
            Pattern.compile("\"start\": (\\d+), \"length\": \\d+,( \"depth\".*?\"data\": \\w+)");
    private static final Pattern COMPRESSED = Pattern.compile("\"compressed-clusters\": \\d+");
    private static final Pattern NODE = Pattern.compile("'#block\\d+'");

    private static final Pattern WORKING_COPY = Pattern.compile("@w-([\\w.]+)");

    private final Path theirs;
    private final Path ours;

    Peer(Path folder) throws IOException {
        theirs = Files.createDirectories(folder.resolve("a"));
        ours = Files.createDirectories(folder.resolve("b"));
    }

    static boolean isInstalled() {
        return PeerPrograms.isInstalled("qemu-img");
    }

    /// Puts what another program made into both folders.
    void adopt(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            for (Path file : files.toList()) {
                for (Path target : List.of(theirs, ours)) {
                    Process copy =
                            new ProcessBuilder(
                                            "cp",
                                            "--sparse=always",
                                            file.toString(),
                                            target.toString())
                                    .start();
                    if (copy.waitFor() != 0) {
                        throw new IOException("cannot copy " + file);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /// What the reference program does.
    Outcome theirs(List<String> arguments) {
        renewCopies(theirs, arguments);
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(located(theirs, arguments));
        return run(theirs, command);
    }

    /// What ours does.
    Outcome ours(List<String> arguments) {
        renewCopies(ours, arguments);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        List<String> located = located(ours, arguments);
        int status = new ImgTool().run(new Invocation("qemu-img", true, located, stdout, stderr));
        stdout.flush();
        return new Outcome(text(ours, out.toByteArray()), text(ours, err.toByteArray()), status);
    }

    /// What the reference program tells of an image that each of the two has written, sizes on the
    /// host left out.
    List<Outcome> infoOf(String name) {
        List<Outcome> infos = new ArrayList<>();
        for (Path folder : List.of(theirs, ours)) {
            Outcome info =
                    run(folder, List.of("qemu-img", "info", "--output=json", folder + "/" + name));
            infos.add(
                    new Outcome(
                            info.out().replaceAll("\"actual-size\": \\d+,\n", ""),
                            info.err(),
                            info.status()));
        }
        return infos;
    }

    /// Makes the working copy of a file anew on both sides.
    void renew(String name) {
        renewCopies(theirs, List.of("@w-" + name));
        renewCopies(ours, List.of("@w-" + name));
    }

    /// Requires that an image reads the same on both sides, and that its chain holds the same in
    /// the same layers, compressed or not.
    void requireSame(String format, String name) {
        Outcome compared =
                run(
                        ours,
                        List.of(
                                "qemu-img",
                                "compare",
                                "-f",
                                format,
                                "-F",
                                format,
                                theirs + "/" + name,
                                ours + "/" + name));
        assertThat(compared).isEqualTo(new Outcome("Images are identical.\n", "", 0));
        assertThat(layersOf(ours, name)).isEqualTo(layersOf(theirs, name));
    }

    private static String layersOf(Path folder, String name) {
        String image = folder + "/" + name;
        String map = run(folder, List.of("qemu-img", "map", "--output=json", image)).out();
        String check = run(folder, List.of("qemu-img", "check", "--output=json", image)).out();
        Matcher compressed = COMPRESSED.matcher(check);
        return layers(map) + (compressed.find() ? compressed.group() : "");
    }

    /// What a map shows, wherever on the host that is.
    private static String layers(String map) {
        StringBuilder layers = new StringBuilder();
        String last = "";
        Matcher extents = EXTENT.matcher(map);
        while (extents.find()) {
            if (!extents.group(2).equals(last)) {
                last = extents.group(2);
                layers.append(extents.group(1)).append(last).append('\n');
            }
        }
        return layers.toString();
    }

    /// Takes a file away on both sides.
    void remove(String name) throws IOException {
        Files.deleteIfExists(theirs.resolve(name));
        Files.deleteIfExists(ours.resolve(name));
    }

    private static void renewCopies(Path folder, List<String> arguments) {
        Matcher names = WORKING_COPY.matcher(String.join(" ", arguments));
        while (names.find()) {
            try {
                Files.copy(
                        folder.resolve(names.group(1)),
                        folder.resolve("w-" + names.group(1)),
                        StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static Outcome run(Path folder, List<String> command) {
        try {
            Path out = Files.createTempFile(folder.getParent(), "out", "");
            Path err = Files.createTempFile(folder.getParent(), "err", "");
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("LC_ALL", "C.UTF-8");
            Process process =
                    builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("hangs: " + command);
            }
            Outcome outcome =
                    new Outcome(
                            text(folder, Files.readAllBytes(out)),
                            text(folder, Files.readAllBytes(err)),
                            process.exitValue());
            Files.delete(out);
            Files.delete(err);
            return outcome;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> located(Path folder, List<String> words) {
        return words.stream().map(word -> word.replace("@", folder + "/")).toList();
    }

    private static String text(Path folder, byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8).replace(folder.toString(), "DIR");
    }
}
