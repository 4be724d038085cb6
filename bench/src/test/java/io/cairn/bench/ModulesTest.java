package io.cairn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Holds the reactor, the module descriptors and ARCHITECTURE.md to one picture.
class ModulesTest {
    private static final Pattern MAP_ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\| `([a-z.]+)` ");

    @Test
    void reactorBuildsTheModulesOfThePicture() throws IOException {
        assertThat(Reactor.modules())
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(
                                        Stream.of("bom"),
                                        Stream.of(Picture.values()).map(module -> module.folder))
                                .toList());
    }

    @Test
    void architectureListsTheModulesOfThePicture() throws IOException {
        String text = Files.readString(Reactor.root().resolve("ARCHITECTURE.md"));

        List<String> rows =
                MAP_ROW.matcher(text)
                        .results()
                        .map(row -> row.group(1) + " " + row.group(2))
                        .toList();

        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(
                        Stream.of(Picture.values())
                                .map(module -> module.folder + " " + module.root)
                                .toList());
    }

    @ParameterizedTest
    @EnumSource
    void descriptorBearsTheNameAndPointsDown(Picture module) throws IOException {
        ModuleDescriptor descriptor = descriptor(module);

        Set<String> below =
                module.mayKnow().stream().map(other -> other.root).collect(Collectors.toSet());
        assertThat(descriptor.name()).isEqualTo(module.root);
        assertThat(descriptor.requires())
                .extracting(ModuleDescriptor.Requires::name)
                .filteredOn(name -> name.startsWith("io.cairn."))
                .isSubsetOf(below);
    }

    @ParameterizedTest
    @EnumSource
    void servicesOfTheClassPathAreThoseOfTheModule(Picture module) throws IOException {
        Map<String, Set<String>> provided = new TreeMap<>();
        descriptor(module)
                .provides()
                .forEach(service ->
                        provided.put(service.service(), new TreeSet<>(service.providers())));

        assertThat(services(module)).isEqualTo(provided);
    }

    @ParameterizedTest
    @EnumSource
    void everyPackageIsNullMarked(Picture module) throws IOException {
        Path sources = Reactor.root().resolve(module.folder).resolve("src/main/java");

        List<Path> unmarked;
        try (Stream<Path> files = Files.walk(sources)) {
            unmarked =
                    files.filter(file -> file.toString().endsWith(".java"))
                            .map(Path::getParent)
                            .distinct()
                            .filter(folder -> !folder.equals(sources))
                            .filter(folder -> !isNullMarked(folder.resolve("package-info.java")))
                            .map(sources::relativize)
                            .toList();
        }

        assertThat(unmarked).isEmpty();
    }

    private static boolean isNullMarked(Path packageInfo) {
        try {
            return Files.exists(packageInfo)
                    && Files.readString(packageInfo).contains("\n@NullMarked\npackage ");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ModuleDescriptor descriptor(Picture module) throws IOException {
        Path file = Reactor.classes(module).resolve("module-info.class");
        try (InputStream in = Files.newInputStream(file)) {
            return ModuleDescriptor.read(in);
        }
    }

    private static Map<String, Set<String>> services(Picture module) throws IOException {
        Map<String, Set<String>> services = new TreeMap<>();
        Path folder = Reactor.classes(module).resolve("META-INF/services");
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    services.put(
                            file.getFileName().toString(), new TreeSet<>(Files.readAllLines(file)));
                }
            }
        }
        return services;
    }
}
