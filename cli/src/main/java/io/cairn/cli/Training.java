package io.cairn.cli;

import io.cairn.cli.console.Stdout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;

/// The last step of the build: runs the tools once in a JVM that then writes what it has loaded
/// into the AOT cache.
///
/// It leaves a stamp beside the cache, which names the JDK and bears the time when the build began;
/// the launcher compares the sources with it. Without the cache the stamp counts for nothing, so a
/// build that is broken off here is made again.
final class Training {
    private static final List<List<String>> COMMANDS =
            List.of(List.of("--help"), List.of("--version"));

    private Training() {}

    /// Trains the cache.
    ///
    /// @param arguments the cache, the stamp, and the instant when the build began
    public static void main(String[] arguments) throws IOException {
        Files.deleteIfExists(Path.of(arguments[0]));
        Stdout out = Stdout.ofProcess();
        for (List<String> command : COMMANDS) {
            if (Main.run("cairn", command, out) != 0) {
                throw new IllegalStateException("training failed: " + command);
            }
        }
        out.flush();
        Path stamp = Path.of(arguments[1]);
        Files.writeString(stamp, System.getProperty("java.home") + "\n");
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.parse(arguments[2])));
    }
}
