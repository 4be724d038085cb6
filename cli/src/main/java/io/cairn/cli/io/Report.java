package io.cairn.cli.io;

import io.cairn.block.option.Sizes;
import io.cairn.cli.console.Stdout;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// What is said of a request that has ended well: what was done, how long it took, how fast it was.
///
/// @param verb what was done: `read`, `wrote`, `discard`
/// @param offset where
/// @param requested the bytes asked for
/// @param nanos how long it took
record Report(String verb, long offset, long requested, long nanos) {
    /// How reports are shown.
    enum Style {
        /// Two lines for people.
        LINES,
        /// One line of values with commas between them.
        VALUES,
        /// Not at all.
        NONE;

        /// The style once an option is read: `C` and `q` choose one, and `q` wins.
        ///
        /// @param before the style that those before it have chosen
        static Style of(String option, Style before) {
            return switch (option) {
                case "C" -> before == NONE ? NONE : VALUES;
                case "q" -> NONE;
                default -> throw new IllegalArgumentException(option);
            };
        }
    }

    /// Shows the outcome of a read: where its data is wrong, and unless that is not wanted the data
    /// and the report.
    ///
    /// @return whether the data is right
    boolean show(Stdout out, ReadData data, Style style) {
        ReadData.Expected expected = data.expected();
        if (expected != null && !data.isMatching()) {
            out.println(
                    "Pattern verification failed at offset "
                            + (offset + expected.from())
                            + ", "
                            + expected.length()
                            + " bytes");
        }
        if (style != Style.NONE) {
            data.dump(out, offset);
            print(out, style);
        }
        return data.isMatching();
    }

    void print(Stdout out, Style style) {
        double seconds = Math.max(nanos, 1) / 1e9;
        double speed = (double) requested / seconds;
        switch (style) {
            case NONE -> {}
            case LINES -> {
                out.println(
                        verb + " " + requested + "/" + requested + " bytes at offset " + offset);
                out.println(
                        Sizes.exact(requested)
                                + ", 1 ops; "
                                + (isMinutes() ? clock() : seconds() + " sec")
                                + " ("
                                + Sizes.exact(speed)
                                + "/sec and "
                                + decimal(1 / seconds, 4)
                                + " ops/sec)");
            }
            case VALUES ->
                    out.println(
                            requested
                                    + ",1,"
                                    + clock()
                                    + ","
                                    + decimal(speed, 3)
                                    + ","
                                    + decimal(1 / seconds, 3));
        }
    }

    private boolean isMinutes() {
        return nanos >= 60_000_000_000L;
    }

    /// The time in hours, minutes and seconds.
    private String clock() {
        long minutes = nanos / 60_000_000_000L;
        return minutes / 60 + ":" + twoDigits(minutes % 60) + ":" + seconds();
    }

    /// What the time has beyond whole minutes.
    private String seconds() {
        long hundredths = nanos / 10_000_000 % 6_000;
        return twoDigits(hundredths / 100) + "." + twoDigits(hundredths % 100);
    }

    private static String twoDigits(long value) {
        return value < 10 ? "0" + value : Long.toString(value);
    }

    private static String decimal(double value, int digits) {
        return new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    }
}
