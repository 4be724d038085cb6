package io.cairn.cli.img;

/// A plain number on the command line, as `strtoul` reads it with base 0: decimal, octal after a
/// leading `0`, hexadecimal after `0x`.
final class NumberArgument {
    private NumberArgument() {}

    /// The number, or -1 if the text is none or the number is negative or above `max`.
    static long parse(String text, long max) {
        String digits = text.stripLeading();
        boolean isNegative = digits.startsWith("-");
        if (isNegative || digits.startsWith("+")) {
            digits = digits.substring(1);
        }
        int base = 10;
        if (digits.startsWith("0x") || digits.startsWith("0X")) {
            base = 16;
            digits = digits.substring(2);
        } else if (digits.length() > 1 && digits.startsWith("0")) {
            base = 8;
        }
        long number = digits(digits, base);
        return (isNegative && number != 0) || number > max ? -1 : number;
    }

    private static long digits(String text, int base) {
        if (text.isEmpty() || text.charAt(0) == '-' || text.charAt(0) == '+') {
            return -1;
        }
        try {
            return Long.parseLong(text, base);
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
