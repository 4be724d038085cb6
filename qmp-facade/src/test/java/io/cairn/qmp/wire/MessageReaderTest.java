package io.cairn.qmp.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.option.Json;
import io.cairn.block.option.JsonValue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// The expectations are what qemu-storage-daemon 7.2 does with the same bytes.
class MessageReaderTest {
    private static final String STRAY = "JSON parse error, stray ";

    private static List<String> read(String latin1) {
        return read(latin1, Integer.MAX_VALUE);
    }

    private static List<String> read(String latin1, int piece) {
        List<String> found = new ArrayList<>();
        MessageReader reader =
                new MessageReader(
                        new MessageSink() {
                            @Override
                            public void message(JsonValue value) {
                                found.add(Json.print(value));
                            }

                            @Override
                            public void malformed(String problem) {
                                found.add(problem);
                            }
                        });
        byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
        for (int start = 0; start < bytes.length; ) {
            int length = Math.min(piece, bytes.length - start);
            reader.feed(ByteBuffer.wrap(bytes, start, length));
            start += length;
        }
        return found;
    }

    @Test
    void findsValuesWithoutSpaceBetween() {
        assertThat(read("{\"a\":1}{}[1,2]'x'\"y\"true 5 "))
                .containsExactly("{\"a\": 1}", "{}", "[1, 2]", "\"x\"", "\"y\"", "true", "5");
    }

    @Test
    void findsTheSameWhereverTheStreamIsCut() {
        String text = "{\"a\": [1, -2.5e3, {\"b\": 'c\\u0041'}], 'd': null}\n%x\n[]";

        assertThat(read(text, 1)).isEqualTo(read(text)).hasSize(3);
    }

    @Test
    void takesUnsignedIntegersAndTurnsLargerOnesIntoDoubles() {
        assertThat(read("[18446744073709551615,-9223372036854775808,18446744073709551616]"))
                .containsExactly(
                        "[18446744073709551615, -9223372036854775808, 1.8446744073709552e+19]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"a\":1,\"a\":2}|duplicate key",
                "{\"a\" \"x\"}|missing : in object pair",
                "{\"a\" 1 \"b\"}|missing : in object pair",
                "{\"a\":x}|invalid keyword 'x'",
                "{\"a\":tru}|invalid keyword 'tru'",
                "{\"a\":\"\\q\"}|invalid escape sequence in string",
                "{\"a\":\"\\ud800\"}|\\ud800 is not a valid Unicode character",
                "{1:2}|key is not a string in object",
                "{[}]|expecting value",
                "[[}|expecting value",
                "{,}|expecting value",
                "{\"a\":1,}|expecting value",
                "[1,]|expecting value",
                "[1 2]|expected separator in list",
                "{\"a\":1 \"b\":2}|expected separator in dict",
                "{\"a\":1]|expected separator in dict",
                "]|expecting value",
                ":|expecting value",
            })
    void tellsWhatIsWrongWithTheStructure(String text, String problem) {
        assertThat(read(text)).containsExactly("JSON parse error, " + problem);
    }

    @Test
    void waitsForBracketsToBalanceBeforeItTells() {
        assertThat(read("{\"a\":[1}")).isEmpty();
        assertThat(read("{\"a\":[1}]")).hasSize(1);
    }

    @Test
    void tellsOfStrayBytesAtOnceAndSkipsToTheNextLineOrBracket() {
        assertThat(read("%d 5 \n6 ")).containsExactly(STRAY + "'%'", "6");
        assertThat(read("%d:5 "))
                .containsExactly(STRAY + "'%'", "JSON parse error, expecting value", "5");
        assertThat(read("{\"a\":\"b\u0001c\"}"))
                .containsExactly(STRAY + "'\"b\u0001'", "JSON parse error, expecting value");
        assertThat(read("%\r5 ")).containsExactly(STRAY + "'%'", "5");
        assertThat(read("%\t5 ")).containsExactly(STRAY + "'%'");
        assertThat(read("%\u00ff5\n{}")).containsExactly(STRAY + "'%'", STRAY + "'\ufffd'", "{}");
        assertThat(read("{}\u0000")).containsExactly("{}", STRAY + "''");
    }

    @Test
    void readsNumbersAsStrictlyAsThePeer() {
        assertThat(read("01 \n1e \n1.a \n-a \n+1 \n"))
                .containsExactly(
                        STRAY + "'01'",
                        STRAY + "'1e '",
                        STRAY + "'1.a'",
                        STRAY + "'-a'",
                        STRAY + "'+'");
        assertThat(read("0e5 ")).containsExactly("0", "JSON parse error, invalid keyword 'e'", "5");
        assertThat(read("12a ")).containsExactly("12", "JSON parse error, invalid keyword 'a'");
    }

    @Test
    void refusesWhatIsNotUtf8() {
        String problem = "JSON parse error, invalid UTF-8 sequence in string";

        assertThat(read("\"\u00c3\"")).containsExactly(problem);
        assertThat(read("\"\u00ed\u00a0\u0080\"")).containsExactly(problem);
        assertThat(read("\"\u00f4\u0090\u0080\u0080\"")).containsExactly(problem);
        assertThat(read("\"\u00ef\u00bf\u00bf\"")).containsExactly(problem);
        assertThat(read("\"\u00c0\u0080\u00c3\u00a4\"")).containsExactly("\"\\u0000\\u00E4\"");
    }

    @Test
    void refusesDepthAndThenTellsOfEachBracketLeft() {
        assertThat(read("[".repeat(1024) + "]".repeat(1024)))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("[[");
        assertThat(read("[".repeat(1025) + "]".repeat(1025)))
                .hasSize(1026)
                .startsWith(
                        "JSON nesting depth limit exceeded", "JSON parse error, expecting value");
        assertThat(read("[".repeat(100_000)).stream().distinct())
                .containsExactly("JSON nesting depth limit exceeded");
    }

    @Test
    void refusesMoreThanItHolds() {
        assertThat(read("\"" + "x".repeat(MessageReader.MAX_BYTES) + "\"\n{}"))
                .containsExactly("JSON token size limit exceeded", "{}");
        assertThat(read("[" + "1,".repeat(MessageReader.MAX_TOKENS / 2) + "\n"))
                .containsExactly("JSON token count limit exceeded");
    }
}
