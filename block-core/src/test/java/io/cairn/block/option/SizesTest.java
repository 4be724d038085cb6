package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cairn.block.InvalidOptionException;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.StringLength;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "010, 10",
        "0x10, 16",
        "0x1B, 27",
        "1B, 1",
        "1k, 1024",
        "1.5K, 1536",
        "1., 1",
        "1.0, 1",
        "0.4k, 410",
        "0.1k, 102",
        "0.95p, 1069604911500493",
        "1.999999999999999999E, 1152921504606846976",
        "' +7M', 7340032",
        "9223372036854775807, 9223372036854775807",
        "0x10k, 16384",
    })
    void readsWhatThePeerReads(String text, long bytes) {
        assertThat(Sizes.parse(text)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "k",
                ".5k",
                "1.5",
                "1.5B",
                "1e3",
                "1kB",
                "1 ",
                "-1",
                "-0",
                "0x",
                "0x1.8k",
                "nan",
                "99999999999999999999k",
                "1_0",
                "١"
            })
    void refusesWhatThePeerRefuses(String text) {
        assertThat(Sizes.parse(text)).isEqualTo(Sizes.INVALID);
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Sizes.parseOption("size", text))
                .withMessage("Parameter 'size' expects a non-negative number below 2^64")
                .satisfies(e ->
                        assertThat(e.hint())
                                .contains(
                                        "Optional suffix k, M, G, T, P or E means kilo-,"
                                                + " mega-, giga-, tera-, peta-\n"
                                                + "and exabytes, respectively."));
    }

    @Test
    void optionsHaveABitMoreThanArguments() throws InvalidOptionException {
        assertThat(Sizes.parse("8E")).isEqualTo(Sizes.TOO_LARGE);
        assertThat(Sizes.parseOption("size", "8E")).isEqualTo(Long.MIN_VALUE);
        assertThat(Sizes.parseOption("size", "18446744073709551615")).isEqualTo(-1);
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Sizes.parseOption("size", "16E"))
                .withMessage("Value '16E' is out of range for parameter 'size'");
    }

    @Test
    void argumentsHaveBounds() throws InvalidOptionException {
        assertThat(Sizes.parseArgument("bs", "1k", 1, 4096)).isEqualTo(1024);
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Sizes.parseArgument("bs", "0", 1, 2147483647))
                .withMessage("Invalid bs specified. Must be between 1 and 2147483647.");
        assertThatExceptionOfType(InvalidOptionException.class)
                .isThrownBy(() -> Sizes.parseArgument("image size", "x", 0, Long.MAX_VALUE))
                .withMessage(
                        "Invalid image size specified. You may use k, M, G, T, P or E suffixes"
                                + " for\n"
                                + "kilobytes, megabytes, gigabytes, terabytes, petabytes and"
                                + " exabytes.");
    }

    @Test
    void bareNumberCountsInTheDefaultUnit() {
        assertThat(Sizes.parse("3", 'M')).isEqualTo(3 << 20);
        assertThat(Sizes.parse("3k", 'M')).isEqualTo(3 << 10);
    }

    @Test
    void warnsOfSuffixesAfterHexadecimalNumbers() {
        assertThat(Sizes.warning("0x10k"))
                .isEqualTo("Using a multiplier suffix on hex numbers is deprecated: 0x10k");
        assertThat(Sizes.warning("0x10")).isNull();
        assertThat(Sizes.warning("10k")).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B, 0 bytes",
        "512, 512 B, 512 bytes",
        "1000, 0.977 KiB, 1000 bytes",
        "1536, 1.5 KiB, 1.500 KiB",
        "200704, 196 KiB, 196 KiB",
        "1023488, 1e+03 KiB, 999.500 KiB",
        "1048577, 1 MiB, 1 MiB",
        "1073741312, 1 GiB, 1024 MiB",
        "2093796556, 1.95 GiB, 1.950 GiB",
        "9222246136947933184, 8 EiB, 7.999 EiB",
    })
    void showsSizesAsThePeersDo(long bytes, String human, String exact) {
        assertThat(Sizes.human(bytes)).isEqualTo(human);
        assertThat(Sizes.exact((double) bytes)).isEqualTo(exact);
    }

    @Property
    void plainNumbersComeBack(@ForAll @LongRange(min = 0) long bytes)
            throws InvalidOptionException {
        assertThat(Sizes.parse(Long.toString(bytes))).isEqualTo(bytes);
        assertThat(Sizes.parse("0x" + Long.toHexString(bytes))).isEqualTo(bytes);
        assertThat(Sizes.parseOption("size", Long.toUnsignedString(~bytes))).isEqualTo(~bytes);
    }

    @Property(tries = 2000)
    void anyTextIsReadOrRefused(
            @ForAll
                    @CharRange(from = '0', to = '9')
                    @Chars({'.', 'x', '-', '+', ' ', 'k', 'E', 'e', 'B', 'g', '\t'})
                    @StringLength(max = 25)
                    String text) {
        assertThat(Sizes.parse(text)).isGreaterThanOrEqualTo(Sizes.TOO_LARGE);
        Sizes.warning(text);
        try {
            Sizes.parseOption("x", text);
        } catch (InvalidOptionException e) {
            assertThat(e.getMessage()).contains("'x'");
        }
    }
}
