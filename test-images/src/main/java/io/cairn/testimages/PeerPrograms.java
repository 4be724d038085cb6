package io.cairn.testimages;

import org.junit.jupiter.api.Assumptions;

import java.nio.file.Files;
import java.nio.file.Path;

/// The programs of others that interop tests run.
public final class PeerPrograms {
    private PeerPrograms() {}

    /// Whether a program is on the path, or where superusers have theirs, or at the absolute path
    /// that is given.
    public static boolean isInstalled(String program) {
        for (String directory : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
            if (Files.isExecutable(Path.of(directory).resolve(program))) {
                return true;
            }
        }
        return false;
    }

    /// Ends the calling test as skipped, and prints that, if one of these programs is missing.
    public static void require(String... programs) {
        for (String program : programs) {
            if (!isInstalled(program)) {
                skip(program + " is not installed");
            }
        }
    }

    /// Ends the calling test as skipped, and prints why.
    public static void skip(String reason) {
        // Standard output belongs to the tools where a test of theirs runs in this process.
        System.err.println("skipped: " + reason);
        Assumptions.abort(reason);
    }
}
