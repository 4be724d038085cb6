package io.cairn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Guards the start of the short commands without timing it: by the classes that the JVM loads from
/// elsewhere than the AOT cache, and by those that it initialises.
class StartUpTest {
    /// Linking the one native function spins 21 on JDK 25; we add none.
    private static final int MOST_UNCACHED = 24;

    @TempDir Path temp;

    private Path image;

    @BeforeEach
    void createImage() throws Exception {
        image = temp.resolve("disk.qcow2");
        Outcome outcome = run("", "create", "-f", "qcow2", image.toString(), "64M");
        assertThat(outcome.status()).as(outcome.err()).isEqualTo(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"human", "json"})
    void infoLoadsItsClassesFromTheCache(String form) throws Exception {
        List<String> uncached = new ArrayList<>();
        for (String line : log("class+load", "info", "--output", form, image.toString())) {
            if (!line.contains("source: shared objects file")) {
                uncached.add(line);
            }
        }

        assertThat(uncached)
                .hasSizeLessThanOrEqualTo(MOST_UNCACHED)
                .allMatch(line ->
                        line.startsWith("java.lang.invoke.LambdaForm$")
                                || line.startsWith("jdk.internal.foreign."));
    }

    /// Even a class that is in the cache has its jar opened, and read if that is signed.
    @Test
    void infoOpensNoJarOfALibrary() throws Exception {
        assertThat(log("class+load", "info", image.toString()))
                .isNotEmpty()
                .noneMatch(line -> line.startsWith("org.bouncycastle."))
                .noneMatch(line -> line.startsWith("com.github.luben."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"human", "json"})
    void infoUsesNoReflectionAndNoRecordMethods(String form) throws Exception {
        assertThat(log("class+init", "info", "--output", form, image.toString()))
                .isNotEmpty()
                .noneMatch(line -> line.contains("java/lang/runtime/ObjectMethods'"))
                .noneMatch(line -> line.contains("java/lang/invoke/StringConcatFactory'"))
                .noneMatch(line -> line.contains("java/lang/reflect/Proxy'"))
                // The JDK's linker parses annotations of its own; it is their proxies that cost.
                .noneMatch(line -> line.contains("annotation/AnnotationInvocationHandler'"))
                .noneMatch(line -> line.contains("java/util/ServiceLoader'"));
    }

    @Test
    void infoOfAnImageThatIsNotThereLoadsItsClassesFromTheCache() throws Exception {
        assertThat(log("class+load", "info", temp.resolve("none").toString()))
                .filteredOn(line -> !line.contains("source: shared objects file"))
                .hasSizeLessThanOrEqualTo(MOST_UNCACHED);
    }

    @Test
    void daemonGreetsAndAnswersWithClassesFromTheCache() throws Exception {
        Path input = temp.resolve("input");
        Files.writeString(
                input,
                """
                {"execute": "qmp_capabilities"}
                {"execute": "blockdev-add", "arguments": {"driver": "qcow2", "node-name": "n",
                    "file": {"driver": "file", "filename": "%s"}}}
                {"execute": "query-named-block-nodes"}
                {"execute": "quit"}
                """
                        .formatted(image));
        Path socket = temp.resolve("qmp");

        List<String> loaded =
                log(
                        "class+load",
                        builder("qemu-storage-daemon").redirectInput(input.toFile()),
                        List.of(
                                "--chardev",
                                "socket,id=s,server=on,wait=off,path=" + socket,
                                "--monitor",
                                "s",
                                "--chardev",
                                "stdio,id=c",
                                "--monitor",
                                "c"));

        assertThat(loaded)
                .anyMatch(line -> line.startsWith("io.cairn.qmp.monitor.Monitor "))
                // What is not exported as a file costs nothing.
                .noneMatch(line -> line.startsWith("io.cairn.fuse."))
                .noneMatch(line -> line.startsWith("io.cairn.block.os.LinuxFuse "))
                .filteredOn(line -> !line.contains("source: shared objects file"))
                .hasSizeLessThanOrEqualTo(MOST_UNCACHED)
                .noneMatch(line -> line.startsWith("io.cairn."));
    }

    /// The JVM's messages of one kind while `img` runs.
    private List<String> log(String kind, String... arguments) throws Exception {
        return log(kind, builder("qemu-img"), List.of(arguments));
    }

    private List<String> log(String kind, ProcessBuilder builder, List<String> arguments)
            throws Exception {
        Path log = temp.resolve("log");
        run(builder, "-Xlog:" + kind + ":file=" + log + ":none", arguments);
        return Files.readAllLines(log);
    }

    private Outcome run(String options, String... arguments) throws Exception {
        return run(builder("qemu-img"), options, List.of(arguments));
    }

    private static Outcome run(ProcessBuilder builder, String options, List<String> arguments)
            throws Exception {
        builder.command().addAll(arguments);
        builder.environment().put("CAIRN_JAVA_OPTIONS", options);
        return Outcome.of(builder);
    }

    private ProcessBuilder builder(String name) throws Exception {
        Path program = temp.resolve(name);
        if (!Files.exists(program)) {
            Files.createSymbolicLink(program, Reactor.root().resolve("cairn"));
        }
        return new ProcessBuilder(new ArrayList<>(List.of(program.toString())));
    }
}
