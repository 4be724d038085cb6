package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``                | Expecting a JSON value",
                "{                 | JSON parse error, premature EOI",
                "}                 | JSON parse error, expecting value",
                "{\"a\":}          | JSON parse error, expecting value",
                "{\"a\":1,}        | JSON parse error, expecting value",
                "[1,]              | JSON parse error, expecting value",
                "{}}               | Expecting at most one JSON value",
                "{} @              | Expecting at most one JSON value",
                "0e5               | Expecting at most one JSON value",
                "{\"a\"            | JSON parse error, premature EOI",
                "{a:1}             | JSON parse error, invalid keyword 'a'",
                "{\"a\":1 \"b\":1} | JSON parse error, expected separator in dict",
                "[1 2]             | JSON parse error, expected separator in list",
                "{\"a\":1,\"a\":2} | JSON parse error, duplicate key",
                "{\"a\" 1}         | JSON parse error, missing : in object pair",
                "{1:2}             | JSON parse error, key is not a string in object",
                "{\"a\" 1, @}      | JSON parse error, stray '@'",
                "012               | JSON parse error, stray '01'",
                "1.}               | JSON parse error, stray '1.}'",
                "-x                | JSON parse error, stray '-x'",
                "TRUE              | JSON parse error, stray 'T'",
                "\"x               | JSON parse error, stray '\"x'",
                "\"a\\qb\"         | JSON parse error, invalid escape sequence in string",
                "\"\\u12\"         | JSON parse error, \\u12\" is not a valid Unicode character",
                "\"\\ud83dx\"      | JSON parse error, \\ud83d is not a valid Unicode character",
                "\"\\udc00\"       | JSON parse error, \\udc00 is not a valid Unicode character",
                "\"\\uffff\"       | JSON parse error, \\uffff is not a valid Unicode character",
            })
    void refusesInTheWordsOfThePeer(String text, String message) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Json.parse(text))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'a': 'it\\'s', \"b\": [1, -2]} | {\"a\": \"it's\", \"b\": [1, -2]}",
                "18446744073709551615            | 18446744073709551615",
                "18446744073709551616            | 1.8446744073709552e+19",
                "-9223372036854775808            | -9223372036854775808",
                "-9223372036854775809            | -9.2233720368547758e+18",
                "-0                              | 0",
                "-0.0                            | -0",
                "1e3                             | 1000",
                "0.1                             | 0.10000000000000001",
                "1e-5                            | 1.0000000000000001e-05",
                "1e20                            | 1e+20",
                "5e-324                          | 4.9406564584124654e-324",
                "1e400                           | inf",
                "\"\\/\\b\\f\\n\\r\\t\"          | \"/\\b\\f\\n\\r\\t\"",
                "\"é€😀\"                        | \"\\u00E9\\u20AC\\uD83D\\uDE00\"",
                "\"\\ud83d\\ude00\\u0000\"       | \"\\uD83D\\uDE00\\u0000\"",
                "[{}, [], null, true, false]     | [{}, [], null, true, false]",
            })
    void printsWhatThePeerPrints(String text, String printed) throws InvalidOptionException {
        assertThat(Json.print(Json.parse(text))).isEqualTo(printed);
    }

    @Test
    void prettyTextHasALineForEachMemberAndElement() throws InvalidOptionException {
        JsonValue value = Json.parse("{'a': [], 'b': {}, 'c': [1, {'x': 1}], 'd': 1.5}");

        assertThat(Json.printPretty(value))
                .isEqualTo(
                        """
                        {
                            "d": 1.5,
                            "a": [
                            ],
                            "b": {
                            },
                            "c": [
                                1,
                                {
                                    "x": 1
                                }
                            ]
                        }\
                        """);
    }

    @Test
    void keepsIntegersApartFromDoubles() throws InvalidOptionException {
        assertThat(Json.parse("1")).isEqualTo(JsonValue.of(1));
        assertThat(Json.parse("1.0")).isEqualTo(new JsonDouble(1));
        assertThat(Json.parse("18446744073709551615")).isEqualTo(JsonValue.ofUnsigned(-1));
    }

    @Test
    void nestsNoDeeperThan1024() throws InvalidOptionException {
        String deepest = "[".repeat(1024) + "]".repeat(1024);

        assertThat(Json.print(Json.parse(deepest))).isEqualTo(deepest);
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Json.parse("[" + deepest + "]"))
                .withMessage("JSON nesting depth limit exceeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "[]", "null", "'a'"})
    void parseObjectTakesNothingElse(String text) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Json.parseObject(text))
                .withMessage("Invalid JSON object given");
    }
}
