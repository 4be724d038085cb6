package io.cairn.block.option;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/// Runs a reference tool and gives what it printed.
///
/// @param out its standard output
/// @param err its standard error
record PeerTool(String out, String err) {

    static void assumeInstalled(String program) {
        String path = System.getenv("PATH");
        for (Path directory : path == null ? List.<Path>of() : directories(path)) {
            if (Files.isExecutable(directory.resolve(program))) {
                return;
            }
        }
        System.err.println("skipped: " + program + " is not installed");
        abort(program + " is not installed");
    }

    private static List<Path> directories(String path) {
        return Pattern.compile(File.pathSeparator).splitAsStream(path).map(Path::of).toList();
    }

    static PeerTool run(String... command) {
        return run("", List.of(command));
    }

    static PeerTool run(String input, List<String> command) {
        try {
            Path err = Files.createTempFile("peer", ".err");
            try {
                ProcessBuilder builder = new ProcessBuilder(command);
                builder.environment().put("LC_ALL", "C.UTF-8");
                Process process = builder.redirectError(err.toFile()).start();
                try (OutputStream stdin = process.getOutputStream()) {
                    stdin.write(input.getBytes(StandardCharsets.UTF_8));
                }
                byte[] out = process.getInputStream().readAllBytes();
                process.waitFor();
                return new PeerTool(
                        new String(out, StandardCharsets.UTF_8), Files.readString(err).strip());
            } finally {
                Files.delete(err);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// How many random cases a test tries.
    static int tries(int small, int full) {
        return "full".equals(System.getProperty("cairn.effort")) ? full : small;
    }
}
