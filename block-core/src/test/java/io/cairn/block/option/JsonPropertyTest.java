package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.Domain;
import net.jqwik.api.domains.DomainContext;

@Domain(JsonValues.class)
@Domain(DomainContext.Global.class)
class JsonPropertyTest {
    @Property(tries = 300)
    void whatIsPrintedParsesToTheSame(@ForAll JsonValue value) throws InvalidOptionException {
        assertThat(Json.parse(Json.print(value))).isEqualTo(value);
        assertThat(Json.parse(Json.printPretty(value))).isEqualTo(value);
    }

    @Property(tries = 2000)
    void anyTextIsParsedOrRefused(@ForAll("texts") String text) {
        try {
            String printed = Json.print(Json.parse(text));
            assertThat(Json.print(Json.parse(printed.replace("inf", "1e999")))).isEqualTo(printed);
        } catch (InvalidOptionException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.of(
                        "{", "}", "[", "]", ",", ":", "\"", "'", "\\", "a", "true", "null", "0",
                        "12", ".", "-", "e", "+", "\\u00e9", "\\ud83d", "\\ude00", " ", "\n", "é")
                .list()
                .ofMaxSize(24)
                .map(parts -> String.join("", parts));
    }
}
