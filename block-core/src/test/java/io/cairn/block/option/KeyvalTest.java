package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.InvalidOptionException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class KeyvalTest {
    @Test
    void doubledCommaStandsForOne() throws InvalidOptionException {
        assertThat(Keyval.parseOpts("a=x,,y,b=,,", null).pairs())
                .containsExactly(pair("a", "x,y"), pair("b", ","));
        assertThat(Keyval.parse("a=x,,y,b=,,", null).pairs())
                .containsExactly(pair("a", "x,y"), pair("b", ","));
    }

    @Test
    void flagsAreOnOrOffWithAWarning() {
        Keyval opts = Keyval.parseOpts("driver=raw,read-only,nocache", null);

        assertThat(opts.pairs())
                .containsExactly(
                        pair("driver", "raw"), pair("read-only", "on"), pair("cache", "off"));
        assertThat(opts.warnings())
                .containsExactly(
                        "short-form boolean option 'read-only' deprecated\n"
                                + "Please use read-only=on instead",
                        "short-form boolean option 'nocache' deprecated\n"
                                + "Please use cache=off instead");
    }

    @Test
    void firstElementTakesTheImpliedKey() throws InvalidOptionException {
        assertThat(Keyval.parseOpts("a,,b,c=d", "file").pairs())
                .containsExactly(pair("file", "a,b"), pair("c", "d"));
        assertThat(Keyval.parse("secret,id=s", "qom-type").pairs())
                .containsExactly(pair("qom-type", "secret"), pair("id", "s"));
        assertThat(Keyval.parse("a=b", "qom-type").pairs()).containsExactly(pair("a", "b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"help", "?", "a=b,help", "a,?", "help,,x"})
    void recognisesARequestForHelp(String text) {
        assertThat(Keyval.parseOpts(text, null).help()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"help=on", "a=help", "a=b,,help", "helpful", ""})
    void mistakesNothingElseForIt(String text) {
        assertThat(Keyval.parseOpts(text, null).help()).isFalse();
    }

    @Test
    void laterOptionsWinOverEarlier() {
        Keyval opts = Keyval.parseOpts("a=1,b=2,a=3", null);

        assertThat(opts.get("a")).isEqualTo("3");
        assertThat(opts.all("a")).containsExactly("1", "3");
        assertThat(opts.toOptions()).isEqualTo(new Options().put("a", "3").put("b", "2"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a            | Expected '=' after parameter 'a'",
                "a=1,b        | Expected '=' after parameter 'b'",
                "=1           | Invalid parameter ''",
                ",            | Invalid parameter ''",
                ".a=1         | Invalid parameter '.a'",
                "a.=1         | Invalid parameter 'a.'",
                "a..b=1       | Invalid parameter 'a..b'",
                "0=1          | Invalid parameter '0'",
                "9a=1         | Invalid parameter '9a'",
                "a.9z=1       | Invalid parameter 'a.9z'",
                "_a=1         | Invalid parameter '_a'",
                "a!=1         | Invalid parameter 'a!'",
                "__org.foo=1  | Invalid parameter '__org.foo'",
                "a=1,a.b=1    | Parameters 'a.*' used inconsistently",
                "a.b=1,a=1    | Parameters 'a.*' used inconsistently",
                "a.0=1,a.b=1  | Parameters 'a.*' used inconsistently",
                "a.1=1        | Parameter 'a.0' missing",
                "foo.1=1,bar.2=1 | Parameter 'bar.0' missing",
                "a.1.b.1=1    | Parameter 'a.1.b.0' missing",
            })
    void refusesInTheWordsOfThePeer(String text, String message) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Keyval.parseObject(text, null))
                .withMessage(message);
    }

    @Test
    void refusesLongFragments() {
        String longName = "a".repeat(128);

        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Keyval.parse(longName + "=1", null))
                .withMessage("Parameter '" + longName + "' is too long");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Keyval.parse("x." + longName + "=1", null))
                .withMessage("Parameter fragment '" + longName + "' is too long");
    }

    @Test
    void refusesKeysBeyondTheDepthOfJson() {
        String deep = "a.".repeat(60_000) + "a";

        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Keyval.parse(deep + "=1", null))
                .withMessage("Parameters 'a.*' are nested too deeply");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> new Options().put(deep, 1).unflatten())
                .withMessage("Parameters 'a.*' are nested too deeply");
    }

    @Test
    void readsJsonOrPairsIntoOneObject() throws InvalidOptionException {
        JsonObject object = Json.parseObject("{'driver': 'quorum', 'children': ['a', 'b']}");

        assertThat(Keyval.parseObject("quorum,children.0=a,children.1=b", "driver"))
                .isEqualTo(object);
        assertThat(Keyval.parseObject("{'driver':'quorum','children':['a','b']}", "driver"))
                .isEqualTo(object);
        assertThat(Keyval.parse("__com.redhat_x=1,a.__org_b.c=2", null).pairs())
                .containsExactly(pair("__com.redhat_x", "1"), pair("a.__org_b.c", "2"));
    }

    @Test
    void joinsOptionLists() throws InvalidOptionException {
        assertThat(Keyval.join(List.of("a=1", "b=2,,", "c"))).isEqualTo("a=1,b=2,,,c");
        for (String wrong : List.of("", ",", ",a=1", "a=1,", "a=1,,,")) {
            assertThatExceptionOfType(InvalidOptionException.class)
                    .isThrownBy(() -> Keyval.join(List.of(wrong)))
                    .withMessage("Invalid option list: " + wrong);
        }
    }

    @Test
    void identifiersStartWithALetter() {
        assertThat(List.of("a", "A-b.c_9")).allMatch(Keyval::isIdentifier);
        assertThat(List.of("", "1a", "-a", "a b", "é", "a,b")).noneMatch(Keyval::isIdentifier);
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Keyval.checkIdentifier("1s"))
                .withMessage("Parameter 'id' expects an identifier");
    }

    @Property(tries = 300)
    void valuesComeBackWithTheirCommasDoubled(
            @ForAll @Size(min = 1, max = 5) List<@Chars({',', '=', '.', 'x', ' '}) String> values)
            throws InvalidOptionException {
        StringBuilder text = new StringBuilder();
        for (String value : values) {
            text.append(text.isEmpty() ? "" : ",").append("k=").append(value.replace(",", ",,"));
        }

        assertThat(Keyval.parseOpts(text.toString(), null).all("k")).isEqualTo(values);
        assertThat(Keyval.parse(text.toString(), null).all("k")).isEqualTo(values);
    }

    @Property(tries = 1000)
    void anyTextIsParsedOrRefused(
            @ForAll
                    @AlphaChars
                    @CharRange(from = '0', to = '9')
                    @Chars({',', '=', '.', '_', '-', '{', '"', ':', '}', '?'})
                    @StringLength(max = 30)
                    String text) {
        Keyval.parseOpts(text, "file");
        try {
            Keyval.parseObject(text, "driver");
        } catch (InvalidOptionException e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
    }

    private static Keyval.Pair pair(String key, String value) {
        return new Keyval.Pair(key, value);
    }
}
