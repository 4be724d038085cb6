package io.cairn.bench;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a process printed, and how it ended.
record Outcome(int status, String out, String err) {
    /// Runs a process to its end, without input; its standard error passes through a file in the
    /// temporary folder.
    static Outcome of(ProcessBuilder builder) throws Exception {
        Path err = Files.createTempFile("cairn", ".err");
        try {
            Process process = builder.redirectError(err.toFile()).start();
            process.getOutputStream().close();
            try (InputStream out = process.getInputStream()) {
                String text = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                return new Outcome(process.waitFor(), text, Files.readString(err));
            }
        } finally {
            Files.delete(err);
        }
    }
}
