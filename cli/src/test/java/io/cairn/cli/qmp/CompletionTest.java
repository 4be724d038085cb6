package io.cairn.cli.qmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;

class CompletionTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "| blockdev-add hidden set exit help",
                "h| hidden help",
                "help | blockdev-add hidden set",
                "help s| set",
                "set s| size=",
                "set size=1 s|",
                "set n| names= node.",
                "set node.| node.driver= node.node-name= node.filename= node.file= node.file.",
                "set node.driver=file node.f| node.filename=",
                "set flag=| flag=off flag=on",
                "set node.driver=q| node.driver=qcow2",
                "blockdev-add driver=qcow2 f| file= file.",
                "blockdev-add driver=qcow2 file.driver=file file.fi| file.filename=",
                "hidden x|",
                "unknown x|",
            })
    void offersWhatTheSchemaHas(String line, String expected) throws Exception {
        // The table's columns are stripped: a blank at the end is written as the word that follows.
        String typed = line == null ? "" : line.equals("help") ? "help " : line;

        assertThat(words(typed)).isEqualTo(expected == null ? List.of() : split(expected));
    }

    @Test
    void aNameIsWholeAndAnArgumentGoesOn() throws Exception {
        Completion completion = new Completion(Schemas.small());

        assertThat(completion.complete("se"))
                .containsExactly(new Completion.Candidate("set", true));
        assertThat(completion.complete("set si"))
                .containsExactly(new Completion.Candidate("size=", false));
        assertThat(completion.complete("set flag=of"))
                .containsExactly(new Completion.Candidate("flag=off", true));
    }

    private static List<String> words(String line) throws Exception {
        return new Completion(Schemas.small())
                .complete(line).stream().map(Completion.Candidate::word).toList();
    }

    private static List<String> split(String words) {
        return List.of(words.split(" "));
    }
}
