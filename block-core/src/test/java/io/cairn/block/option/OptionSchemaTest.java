package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.ExampleOptions.Preallocation;
import io.cairn.block.option.ExampleOptions.Version;

import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OptionSchemaTest {
    private static final OptionSchema<ExampleOptions> SCHEMA = ExampleOptions.SCHEMA;

    @Test
    void commandLineNamesHoldTexts() throws InvalidOptionException {
        Options options =
                SCHEMA.list()
                        .parse(
                                "size=1M,cluster_size=4k,lazy_refcounts,refcount_bits=0x8,compat=0.10");

        ExampleOptions read = SCHEMA.read(options, Dialect.COMMAND_LINE);

        assertThat(read)
                .isEqualTo(new ExampleOptions(1 << 20, 4096, true, 8, Version.V2, null, null));
        assertThat(options.isEmpty()).isTrue();
    }

    @Test
    void qmpNamesHoldTypedValues() throws InvalidOptionException {
        ExampleOptions read =
                read(
                        Dialect.QMP,
                        "{'size': 512, 'version': 'v3', 'backing-file': 'b', 'lazy-refcounts':"
                                + " true, 'preallocation': 'full'}");

        assertThat(read)
                .isEqualTo(
                        new ExampleOptions(
                                512, 65536, true, 16, Version.V3, "b", Preallocation.FULL));
    }

    @Test
    void nodeOptionsAreTakenLeniently() throws InvalidOptionException {
        ExampleOptions read =
                read(
                        Dialect.NODE,
                        "{'size': '1.5k', 'cluster-size': 512, 'lazy-refcounts': 'yes',"
                                + " 'refcount-bits': '010', 'backing-file': null, 'version': []}");

        assertThat(read).isEqualTo(new ExampleOptions(1536, 512, true, 8, null, null, null));
    }

    @Test
    void whatTheSchemaDoesNotKnowStays() throws InvalidOptionException {
        Options options = Options.flatten(Json.parseObject("{'size': 1, 'foo': 2}"));

        SCHEMA.read(options, Dialect.NODE);

        assertThat(options.keys()).containsExactly("foo");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "foo=1            | Invalid parameter 'foo'",
                "nofoo            | Invalid parameter 'foo'",
                "lazy_refcounts=x | Parameter 'lazy_refcounts' expects 'on' or 'off'",
                "refcount_bits=5k | Parameter 'refcount_bits' expects a number",
                "size=x           | Parameter 'size' expects a non-negative number below 2^64",
                "size=16E         | Value '16E' is out of range for parameter 'size'",
                "cluster_size     | Parameter 'cluster_size' expects a non-negative number below"
                        + " 2^64",
                "refcount_bits=99999999999999999999 | Value '99999999999999999999' is too large for"
                        + " parameter 'refcount_bits'",
            })
    void commandLineRefusesWhatIsNoOptionOrOfNoSuchType(String text, String message) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> SCHEMA.list().parse(text))
                .withMessage(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "NODE   | {'lazy-refcounts': 1}    | Parameter 'lazy-refcounts' expects 'on' or"
                        + " 'off'",
                "NODE   | {'size': 1.5}            | Parameter 'size' expects a non-negative number"
                        + " below 2^64",
                "NODE   | {'refcount-bits': true}  | Parameter 'refcount-bits' expects a number",
                "NODE   | {'version': 'v9'}        | invalid parameter value: v9",
                "KEYVAL | {'size': '1', 'refcount-bits': '1k'} | Parameter 'refcount-bits' expects"
                        + " integer",
                "KEYVAL | {'size': 'x'}            | Parameter 'size' expects size",
                "KEYVAL | {'size': {'a': '1'}}     | Parameters 'size.*' are unexpected",
                "KEYVAL | {}                       | Parameter 'size' is missing",
                "KEYVAL | {'size': '1', 'version': 'v9'} | Parameter 'version' does not accept"
                        + " value 'v9'",
                "QMP    | {}                       | Parameter 'size' is missing",
                "QMP    | {'size': '1'}            | Parameter 'size' expects uint64",
                "QMP    | {'size': 1, 'lazy-refcounts': 'on'} | Invalid parameter type for"
                        + " 'lazy-refcounts', expected: boolean",
                "QMP    | {'size': 1, 'refcount-bits': {'a': 1}} | Invalid parameter type for"
                        + " 'refcount-bits', expected: integer",
                "QMP    | {'size': 1, 'refcount-bits': 18446744073709551615} | Invalid parameter"
                        + " type for 'refcount-bits', expected: integer",
                "QMP    | {'size': 1, 'version': 1} | Invalid parameter type for 'version',"
                        + " expected: string",
                "QMP    | {'size': 1, 'version': 'v9'} | Parameter 'version' does not accept value"
                        + " 'v9'",
            })
    void eachDialectRefusesInItsOwnWords(Dialect dialect, String json, String message) {
        assertFails(dialect, json).hasMessage(message);
    }

    @Test
    void errorsNameThePath() {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> SCHEMA.read(new Options(), Dialect.QMP, "options."))
                .withMessage("Parameter 'options.size' is missing");
    }

    @Test
    void commandLineChoiceIsRefusedUnderItsQmpName() throws InvalidOptionException {
        Options options = SCHEMA.list().parse("compat=v9");

        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> SCHEMA.read(options, Dialect.COMMAND_LINE))
                .withMessage("Parameter 'version' does not accept value 'v9'");
    }

    @ParameterizedTest
    @CsvSource({
        "UINT64, -5, -5",
        "UINT32, 4294967295, 4294967295",
        "UINT16, 65535, 65535",
        "NUMBER, -5, -5",
        "PLAIN_SIZE, 5, 5",
    })
    void integersOfQmpHaveTheirRanges(OptionType type, long given, long expected)
            throws InvalidOptionException {
        assertThat(readInteger(type, JsonValue.of(given))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "UINT32, 4294967296, Parameter 'x' expects uint32_t",
        "UINT16, -1, Parameter 'x' expects uint16_t",
    })
    void integersBeyondThemAreRefused(OptionType type, long given, String message) {
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> readInteger(type, JsonValue.of(given)))
                .withMessage(message);
    }

    private static long readInteger(OptionType type, JsonValue value)
            throws InvalidOptionException {
        return OptionSchema.of(
                        OptionList.of(Option.of("x", type, "a number")), in -> in.number("x"))
                .read(new Options().put("x", value), Dialect.QMP);
    }

    @Test
    void subOptionsAreReadByASchemaOfTheirOwn() throws InvalidOptionException {
        OptionSchema<Boolean> cache =
                OptionSchema.of(
                        OptionList.of(Option.bool("direct", "bypass the page cache")),
                        in -> in.bool("direct"));
        OptionSchema<Boolean> outer =
                OptionSchema.of(
                        OptionList.EMPTY, in -> cache.read(in.sub("cache"), Dialect.QMP, "cache."));

        assertThat(outer.read(new Options().put("cache.direct", true), Dialect.QMP)).isTrue();
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> outer.read(new Options().put("cache", 1), Dialect.QMP))
                .withMessage("Invalid parameter type for 'cache', expected: object");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> outer.read(new Options().put("cache.direct", 1), Dialect.QMP))
                .withMessage("Invalid parameter type for 'cache.direct', expected: boolean");
    }

    @Test
    void formatAndProtocolMakeOneList() {
        OptionList protocol =
                OptionList.of(Option.size("size", "another"), Option.bool("nocow", "no copies"));

        OptionList both = SCHEMA.list().plus(protocol);

        assertThat(both.options()).hasSize(SCHEMA.list().options().size() + 1);
        assertThat(both.find("size")).isEqualTo(SCHEMA.list().find("size"));
        assertThat(both.find("nocow")).isEqualTo(protocol.find("nocow"));
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> assertFails(
            Dialect dialect, String json) {
        return assertThatThrownBy(() -> read(dialect, json))
                .isInstanceOf(InvalidOptionException.class);
    }

    private static ExampleOptions read(Dialect dialect, String json) throws InvalidOptionException {
        return SCHEMA.read(Options.flatten(Json.parseObject(json)), dialect);
    }
}
