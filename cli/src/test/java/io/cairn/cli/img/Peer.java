package io.cairn.cli.img;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;

import org.junit.jupiter.api.Assumptions;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs one command line by the reference program and by ours, in two folders with the same
/// content.
final class Peer {
    /// What a run of a program shows: its folder's name in the texts is replaced by `DIR`.
    record Outcome(String out, String err, int status) {}

    private final Path theirs;
    private final Path ours;

    Peer(Path folder) {
        Assumptions.assumeTrue(isInstalled("qemu-img"), "qemu-img is not installed");
        theirs = folder.resolve("a");
        ours = folder.resolve("b");
        try {
            Files.createDirectories(theirs);
            Files.createDirectories(ours);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isInstalled(String program) {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    /// Runs a program in both folders, to prepare them; the mark `@` stands for the folder.
    void prepare(String... command) {
        require(run(theirs, List.of(command)));
        require(run(ours, List.of(command)));
    }

    private static void require(Outcome outcome) {
        if (outcome.status() != 0) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    /// What the reference program does with the arguments.
    Outcome theirs(List<String> arguments) {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(arguments);
        return run(theirs, command);
    }

    /// What ours does.
    Outcome ours(List<String> arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Stdout stdout = new Stdout(out, false);
        PrintStream stderr = new PrintStream(err, true, StandardCharsets.UTF_8);
        int status =
                new ImgTool()
                        .run(
                                new Invocation(
                                        "qemu-img",
                                        true,
                                        located(ours, arguments),
                                        stdout,
                                        stderr));
        stdout.flush();
        return new Outcome(text(ours, out.toByteArray()), text(ours, err.toByteArray()), status);
    }

    /// The folder in which ours works.
    Path ourFolder() {
        return ours;
    }

    /// The folder in which the reference program works.
    Path theirFolder() {
        return theirs;
    }

    private static Outcome run(Path folder, List<String> command) {
        try {
            Path out = Files.createTempFile(folder.getParent(), "out", "");
            Path err = Files.createTempFile(folder.getParent(), "err", "");
            ProcessBuilder builder = new ProcessBuilder(located(folder, command));
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
