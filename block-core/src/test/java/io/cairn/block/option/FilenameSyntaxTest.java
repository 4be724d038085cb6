package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FilenameSyntaxTest {
    @ParameterizedTest
    @CsvSource({
        "nbd://host/x, nbd",
        "file:a, file",
        "a:b, a",
        "json:{}, json",
        ":x, ''",
        "a:, a",
        "1:2/3, 1",
    })
    void colonBeforeAnySlashEndsAProtocol(String filename, String protocol) {
        assertThat(FilenameSyntax.protocol(filename)).isEqualTo(protocol);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "./a:b", "/a:b", "d/a:b", "nbd"})
    void otherNamesArePaths(String filename) {
        assertThat(FilenameSyntax.protocol(filename)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "o, b, b",
        "d/o, b, d/b",
        "d/o, ../b, d/../b",
        "./d//o, b, ./d//b",
        "/d/o, b/c, /d/b/c",
        "d/o, /b, /b",
        "d/o, nbd:b, nbd:b",
        "d/o, ./a:b, d/./a:b",
        "d/o, '', ''",
        "file:d/o, b, file:d/b",
        "nbd:x:1, b, nbd:b",
        "nbd://h, b, nbd://b",
        "nbd://h/x/y, b, nbd://h/x/b",
        "d/, b, d/b",
        "/o, b, /b",
    })
    void backingNamesAreReadBesideTheOverlay(String overlay, String backing, String full)
            throws InvalidOptionException {
        assertThat(FilenameSyntax.resolveBacking(overlay, backing)).isEqualTo(full);
    }

    @Test
    void jsonNameHasNoDirectory() throws InvalidOptionException {
        String overlay = "json:{\"driver\": \"null-co\"}";

        assertThat(FilenameSyntax.resolveBacking(overlay, "/b")).isEqualTo("/b");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> FilenameSyntax.resolveBacking(overlay, "b"))
                .withMessage("Cannot use relative backing file names for '" + overlay + "'");
    }

    @Test
    void jsonNameHoldsOptions() throws InvalidOptionException {
        assertThat(FilenameSyntax.parseJson("json: {'driver': 'raw', 'file': {'driver': 'file'}}"))
                .isEqualTo(new Options().put("driver", "raw").put("file.driver", "file"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "json:   | Could not parse the JSON options: Expecting a JSON value",
                "json:{  | Could not parse the JSON options: JSON parse error, premature EOI",
                "json:[] | Invalid JSON object given",
            })
    void wrongJsonNameSaysWhy(String filename, String message) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> FilenameSyntax.parseJson(filename))
                .withMessage(message);
    }
}
