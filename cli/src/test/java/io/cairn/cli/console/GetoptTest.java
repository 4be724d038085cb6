package io.cairn.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

class GetoptTest {
    private static final List<Flag> FLAGS =
            List.of(
                    Flag.of('f', "format").withArgument("fmt"),
                    Flag.of('q'),
                    Flag.of('U', "force-share"),
                    Flag.of("output").withArgument("ofmt"),
                    Flag.of("object").withArgument("def"),
                    Flag.of("image-opts"));

    @Test
    void takesBundledShortOptionsWithAnArgumentInTheSameWord() {
        assertThat(read("-qUfraw", "a")).isEqualTo("q force-share format=raw | a");
    }

    @Test
    void takesArgumentsInTheNextWordEvenWhenTheyLookLikeOptions() {
        assertThat(read("-f", "-q", "--output", "--", "a")).isEqualTo("format=-q output=-- | a");
    }

    @Test
    void completesLongNamesThatAreUnambiguous() {
        assertThat(read("--im", "--ou=json", "--form", "raw"))
                .isEqualTo("image-opts output=json format=raw |");
    }

    @Test
    void findsOptionsBetweenOperandsAndKeepsTheOrderOfThese() {
        assertThat(read("a", "-q", "b", "-f", "raw", "c", "--", "-d"))
                .isEqualTo("q format=raw | a b c -d");
    }

    @Test
    void takesASingleDashForAnOperand() {
        assertThat(read("-", "-q")).isEqualTo("q | -");
    }

    @Test
    void endsAtTheFirstOperandWhereOptionsMustLead() {
        Getopt options =
                Getopt.leading("tool", List.of("-q", "a", "-q"), FLAGS, Getopt.Wording.LIBRARY);

        assertThat(drain(options)).isEqualTo("q | a -q");
    }

    @Test
    void wordsComplaintsAsTheLibraryDoes() {
        assertThat(complaint("-z")).isEqualTo("invalid option -- 'z'");
        assertThat(complaint("-f")).isEqualTo("option requires an argument -- 'f'");
        assertThat(complaint("--foo=3")).isEqualTo("unrecognized option '--foo'");
        assertThat(complaint("--output")).isEqualTo("option '--output' requires an argument");
        assertThat(complaint("--image-opts=3"))
                .isEqualTo("option '--image-opts' doesn't allow an argument");
        assertThat(complaint("--fo"))
                .isEqualTo("option '--fo' is ambiguous; possibilities: '--format' '--force-share'");
    }

    @Test
    void wordsComplaintsAsTheImageToolDoes() {
        assertThat(imageToolComplaint("-z")).isEqualTo("unrecognized option '-z'");
        assertThat(imageToolComplaint("-f")).isEqualTo("missing argument for option '-f'");
        assertThat(imageToolComplaint("--foo=3")).isEqualTo("unrecognized option '--foo=3'");
        assertThat(imageToolComplaint("a", "-zq")).isEqualTo("unrecognized option 'a'");
    }

    private static String read(String... words) {
        return drain(Getopt.of("tool", List.of(words), FLAGS, Getopt.Wording.LIBRARY));
    }

    private static String complaint(String... words) {
        return failure(Getopt.of("tool", List.of(words), FLAGS, Getopt.Wording.LIBRARY));
    }

    private static String imageToolComplaint(String... words) {
        return failure(Getopt.of("tool", List.of(words), FLAGS, Getopt.Wording.IMAGE_TOOL));
    }

    private static String failure(Getopt options) {
        try {
            Object option = options.next();
            while (option != null) {
                option = options.next();
            }
        } catch (ToolException e) {
            return e.getMessage();
        }
        return "none";
    }

    private static String drain(Getopt options) {
        List<String> seen = new ArrayList<>();
        try {
            for (@Nullable String name = options.next(); name != null; name = options.next()) {
                seen.add(options.hasValue() ? name + "=" + options.value() : name);
            }
        } catch (ToolException e) {
            seen.add(e.getMessage());
        }
        seen.add("|");
        seen.addAll(options.operands());
        return String.join(" ", seen);
    }
}
