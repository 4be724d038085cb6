package io.cairn.block.option;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/// Writes sizes for people.
final class SizeFormat {
    private static final List<String> UNITS =
            List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");
    private static final BigDecimal THOUSAND = BigDecimal.valueOf(1000);
    private static final BigDecimal STEP = BigDecimal.valueOf(1024);

    private SizeFormat() {}

    /// C's `%0.3g` of the size in the smallest unit in which it is below 1000, with its `1e+03` for
    /// what rounds up to that.
    static String human(long bytes) {
        BigDecimal value = new BigDecimal(Long.toUnsignedString(bytes));
        int unit = 0;
        while (value.compareTo(THOUSAND) >= 0 && unit < UNITS.size() - 1) {
            value = value.divide(STEP);
            unit++;
        }
        value = value.round(new MathContext(3, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        String number = value.compareTo(THOUSAND) == 0 ? "1e+03" : value.toPlainString();
        return number.concat(" ").concat(UNITS.get(unit));
    }

    /// Three digits after the point in the largest unit in which the size is at least 1, none of
    /// them if they are zeroes.
    static String exact(double bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        int digits = unit == 0 ? 6 : 3;
        String number =
                new BigDecimal(value).setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
        if (number.endsWith(unit == 0 ? ".000000" : ".000")) {
            number = number.substring(0, number.length() - digits - 1);
        }
        return number.concat(unit == 0 ? " bytes" : " ".concat(UNITS.get(unit)));
    }
}
