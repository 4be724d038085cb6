package io.cairn.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.JavaFormatterOptions.Style;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// Holds every source to google-java-format, AOSP style; its {@link #main} formats what is not.
///
/// The test leaves an argument file for the `java` command that runs `main`, so that formatting
/// takes a second and no build: `java @bench/target/format.args [FILE...]`.
class FormatTest {
    private static final List<String> PARSER_PACKAGES =
            List.of("api", "code", "file", "parser", "tree", "util");

    @Test
    void everySourceIsFormatted() throws IOException {
        Path root = Reactor.root();
        Path arguments = writeArguments(root);

        List<Path> unformatted = new ArrayList<>();
        for (Path source : sources(root)) {
            String text = Files.readString(source);
            if (!text.equals(format(source, text))) {
                unformatted.add(root.relativize(source));
            }
        }

        assertThat(unformatted)
                .as(
                        "format them with: %s/bin/java @%s",
                        System.getProperty("java.home"), root.relativize(arguments))
                .isEmpty();
    }

    /// Formats the given files in place, or all sources of the reactor when none is given.
    public static void main(String[] arguments) throws IOException {
        List<Path> files =
                arguments.length == 0
                        ? sources(Reactor.root())
                        : Stream.of(arguments).map(Path::of).toList();
        for (Path file : files) {
            String text = Files.readString(file);
            String formatted = format(file, text);
            if (!text.equals(formatted)) {
                Files.writeString(file, formatted);
                System.out.println(file);
            }
        }
    }

    private static String format(Path file, String text) {
        try {
            return new Formatter(JavaFormatterOptions.builder().style(Style.AOSP).build())
                    .formatSourceAndFixImports(text);
        } catch (FormatterException e) {
            throw new UncheckedIOException(new IOException(file + ": " + e.getMessage(), e));
        }
    }

    private static List<Path> sources(Path root) throws IOException {
        List<Path> sources = new ArrayList<>();
        for (String module : Reactor.modules()) {
            Path tree = root.resolve(module).resolve("src");
            if (Files.isDirectory(tree)) {
                try (Stream<Path> files = Files.walk(tree)) {
                    files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static Path writeArguments(Path root) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String name : PARSER_PACKAGES) {
            lines.add("--add-exports=jdk.compiler/com.sun.tools.javac." + name + "=ALL-UNNAMED");
        }
        lines.add("-Dcairn.root=" + root);
        lines.add("-cp");
        lines.add(System.getProperty("java.class.path"));
        lines.add(FormatTest.class.getName());
        return Files.write(root.resolve("bench/target/format.args"), lines);
    }
}
