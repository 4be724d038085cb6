package io.cairn.bench;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The module picture: which module may know which, and which libraries of others each may use.
///
/// An arrow only ever points down; `ARCHITECTURE.md` draws it.
enum Picture {
    BLOCK_CORE("block-core", "io.cairn.block", List.of()),
    TEST_IMAGES(
            "test-images",
            "io.cairn.testimages",
            List.of("org.junit", "org.opentest4j", "net.jqwik", "org.assertj"),
            BLOCK_CORE),
    FORMATS(
            "formats",
            "io.cairn.format",
            List.of("com.github.luben.zstd", "org.bouncycastle"),
            BLOCK_CORE),
    PROTOCOLS("protocols", "io.cairn.protocol", List.of("org.bouncycastle"), BLOCK_CORE),
    JOBS("jobs", "io.cairn.job", List.of(), FORMATS, PROTOCOLS),
    NBD_SERVER("nbd-server", "io.cairn.nbd.server", List.of("io.netty"), JOBS),
    FUSE_SERVER("fuse-server", "io.cairn.fuse.server", List.of(), JOBS),
    QMP_FACADE(
            "qmp-facade",
            "io.cairn.qmp",
            List.of("io.netty", "tools.jackson", "com.sun.net.httpserver"),
            NBD_SERVER,
            FUSE_SERVER),
    CPU_HARNESS("cpu-harness", "io.cairn.machine", List.of(), QMP_FACADE),
    CLI("cli", "io.cairn.cli", List.of("tools.jackson", "sun.misc", "org.jline"), CPU_HARNESS),
    BENCH("bench", "io.cairn.bench", List.of(), CLI, TEST_IMAGES);

    /// What every module may use: the JDK, and annotations that leave no trace at run time.
    private static final List<String> EVERYWHERE =
            List.of("java", "javax", "org.jspecify", "com.google.errorprone.annotations");

    final String folder;

    /// The module's name and root package.
    final String root;

    private final List<String> libraries;
    private final List<Picture> below;

    Picture(String folder, String root, List<String> libraries, Picture... below) {
        this.folder = folder;
        this.root = root;
        this.libraries = libraries;
        this.below = List.of(below);
    }

    /// All modules that this one may know, itself left out.
    Set<Picture> mayKnow() {
        return below.stream()
                .flatMap(module -> Stream.concat(Stream.of(module), module.mayKnow().stream()))
                .collect(Collectors.toUnmodifiableSet());
    }

    /// ArchUnit patterns of all packages that this module's classes may use.
    String[] mayUse() {
        Stream<String> own =
                Stream.concat(Stream.of(root), mayKnow().stream().map(module -> module.root));
        return Stream.of(own, libraries.stream(), EVERYWHERE.stream())
                .flatMap(names -> names)
                .map(name -> name + "..")
                .toArray(String[]::new);
    }
}
