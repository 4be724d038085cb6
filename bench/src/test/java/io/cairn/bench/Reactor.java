package io.cairn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

/// The checkout that a test runs in: its root and the modules that the parent pom lists.
final class Reactor {
    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

    private Reactor() {}

    /// The root folder, as the build names it.
    static Path root() {
        return Path.of(Objects.requireNonNull(System.getProperty("cairn.root"), "cairn.root"));
    }

    /// The folders of all modules, in the order of the parent pom.
    static List<String> modules() throws IOException {
        String pom = Files.readString(root().resolve("pom.xml"));
        return MODULE.matcher(pom).results().map(match -> match.group(1)).toList();
    }

    /// The compiled main classes of a module.
    static Path classes(Picture module) {
        return root().resolve(module.folder).resolve("target/classes");
    }
}
