package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Types passphrases on a terminal, which `script` of util-linux is.
class PassphrasePromptTest {
    /// After the tool the terminal tells its settings.
    private static final String COMMAND =
            "trap : INT; \"$JAVA\" --enable-native-access=ALL-UNNAMED io.cairn.cli.Main img map"
                    + " --output=json --passphrase-prompt -f luks \"$VOLUME\";"
                    + " status=$?; stty -a; exit $status";

    private static final String PROMPT = "Passphrase: ";

    @TempDir private Path folder;
    private Path volume;

    @BeforeEach
    void makeVolume() throws Exception {
        PeerPrograms.require("script");
        volume = folder.resolve("v.luks");
        Path key = Files.writeString(folder.resolve("key"), "öffne dich\n");
        ProcessBuilder creation =
                process(
                        java(),
                        "--enable-native-access=ALL-UNNAMED",
                        "io.cairn.cli.Main",
                        "img",
                        "create",
                        "-q",
                        "-f",
                        "luks",
                        "-o",
                        "iter-time=10",
                        "--passphrase-file",
                        key.toString(),
                        volume.toString(),
                        "1M");
        assertThat(creation.inheritIO().start().waitFor()).isZero();
    }

    @Test
    void whatIsTypedOpensTheVolumeAndIsNotShown() throws Exception {
        Typed typed = type("öffne dich\n");

        assertThat(typed.lines().getFirst()).isEqualTo(PROMPT);
        assertThat(typed.lines().get(1)).startsWith("[{ \"start\": 0, \"length\": 1048576");
        assertThat(typed.text()).doesNotContain("ffne");
        assertThat(typed.status()).isZero();
    }

    @Test
    void wrongPassphraseIsToldOfInOneLine() throws Exception {
        Typed typed = type("sesame\n");

        assertThat(typed.lines().subList(0, 2))
                .containsExactly(
                        PROMPT,
                        "cairn img: Could not open '"
                                + volume
                                + "': Invalid password, cannot unlock any keyslot");
        assertThat(typed.lines().get(2)).startsWith("speed ");
        assertThat(typed.text()).doesNotContain("sesame");
        assertThat(typed.status()).isEqualTo(1);
    }

    @Test
    void nothingTypedIsNoPassphrase() throws Exception {
        for (String none : List.of("\n", "\u0004")) {
            Typed typed = type(none);

            assertThat(typed.lines().subList(0, 2))
                    .containsExactly(PROMPT, "cairn img: No passphrase was given");
            assertThat(typed.status()).isEqualTo(1);
        }
    }

    @Test
    void interruptedPromptLeavesTheTerminalAsItWas() throws Exception {
        Typed typed = type("ses\u0003");

        assertThat(typed.text()).startsWith(PROMPT).doesNotContain("ses");
        assertThat(typed.status()).isEqualTo(130);
    }

    /// What the terminal has shown, and the tool's exit status.
    private record Typed(String text, int status) {
        List<String> lines() {
            return text.lines().toList();
        }
    }

    /// Runs the tool on a terminal that echoes, types when it asks, and sees that it echoes again.
    private Typed type(String keys) throws Exception {
        ProcessBuilder builder =
                process(
                        "script",
                        "--quiet",
                        "--return",
                        "--echo",
                        "always",
                        "--command",
                        COMMAND,
                        "/dev/null");
        builder.environment().put("SHELL", "/bin/sh");
        builder.environment().put("VOLUME", volume.toString());
        Process process = builder.start();
        StringBuilder text = new StringBuilder();
        try (Reader shown = process.inputReader(StandardCharsets.UTF_8);
                OutputStream keyboard = process.getOutputStream()) {
            while (text.indexOf(PROMPT) < 0) {
                append(text, shown);
            }
            keyboard.write(keys.getBytes(StandardCharsets.UTF_8));
            keyboard.flush();
            while (append(text, shown)) {
                // All that it shows.
            }
        }
        int status = process.waitFor();
        assertThat(text.toString()).containsPattern("[ ;]echo ");
        return new Typed(text.toString(), status);
    }

    /// Reads a character, unless there are no more.
    private static boolean append(StringBuilder text, Reader shown) throws IOException {
        int c = shown.read();
        if (c < 0) {
            assertThat(text).contains(PROMPT);
            return false;
        }
        text.append((char) c);
        return true;
    }

    private static ProcessBuilder process(String... command) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        builder.environment().put("JAVA", java());
        return builder;
    }

    private static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }
}
