package io.cairn.block.option;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;

/// Writes sizes for people.
final class SizeFormat {
    private static final List<String> UNITS =
            List.of("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB");

    private SizeFormat() {}

    /// C's `%0.3g` of the size in the largest unit in which it is at least 1 once rounded up from
    /// 1000.
    static String human(long bytes) {
        BigDecimal value = new BigDecimal(Long.toUnsignedString(bytes));
        int unit = 0;
        while (value.compareTo(BigDecimal.valueOf(1000)) >= 0 && unit < UNITS.size() - 1) {
            value = value.divide(BigDecimal.valueOf(1024));
            unit++;
        }
        String number =
                value.round(new MathContext(3, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros()
                        .toPlainString();
        return number.concat(" ").concat(UNITS.get(unit));
    }

    static String exact(double bytes) {
        int unit = 0;
        double value = bytes;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        String number =
                value == Math.rint(value)
                        ? Long.toString((long) value)
                        : new BigDecimal(value).setScale(3, RoundingMode.HALF_EVEN).toPlainString();
        return number.concat(unit == 0 ? " bytes" : " ".concat(UNITS.get(unit)));
    }
}
