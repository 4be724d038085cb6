package io.cairn.block.option;

import io.cairn.block.InvalidOptionException;

import org.jspecify.annotations.Nullable;

/// Numbers of bytes as people write and read them.
public final class Sizes {
    private Sizes() {}

    static final String SUFFIX_HINT =
            "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n"
                    + "and exabytes, respectively.";

    /// A result of {@link #parse} that is no size: the text is not a number with an optional
    /// suffix.
    public static final long INVALID = -1;

    /// A result of {@link #parse}: the number is above 2^63 - 1.
    public static final long TOO_LARGE = -2;

    /// The size that a positional argument gives (`qemu-img create`, `resize`, an offset of
    /// `qemu-io`): a number, decimal with an optional fraction or hexadecimal, with an optional
    /// suffix of `B`, `k`, `M`, `G`, `T`, `P`, `E`.
    ///
    /// @return the bytes, {@link #INVALID} or {@link #TOO_LARGE}
    public static long parse(String text) {
        return SizeParser.parseSigned(text, 'B');
    }

    /// As {@link #parse}, a bare number counting in the unit of a suffix: `'M'` makes `3` three
    /// megabytes.
    public static long parse(String text, char defaultSuffix) {
        return SizeParser.parseSigned(text, defaultSuffix);
    }

    /// The size that an argument gives, within bounds.
    ///
    /// @param what the argument as `qemu-img` calls it: `image size`, `buffer size`, `start offset`
    /// @throws InvalidOptionException `Invalid image size specified. …`; where the message has two
    ///   lines, the tool's name stands before each
    public static long parseArgument(String what, String text, long min, long max)
            throws InvalidOptionException {
        long size = parse(text);
        if (size == INVALID) {
            throw new InvalidOptionException(
                    "Invalid "
                            + what
                            + " specified. You may use k, M, G, T, P or E suffixes for\n"
                            + "kilobytes, megabytes, gigabytes, terabytes, petabytes and"
                            + " exabytes.");
        }
        if (size == TOO_LARGE || size < min || size > max) {
            throw new InvalidOptionException(
                    "Invalid " + what + " specified. Must be between " + min + " and " + max + ".");
        }
        return size;
    }

    /// The size that an option's value gives, 64 bits without a sign.
    ///
    /// @throws InvalidOptionException `Parameter 'size' expects a non-negative number below 2^64`,
    ///   with the hint about suffixes where the peer gives it
    public static long parseOption(String name, String text) throws InvalidOptionException {
        return SizeParser.parseOption(name, text);
    }

    /// The peer's warning about a text that {@link #parse} reads, null if it has none: a suffix
    /// after a hexadecimal number.
    public static @Nullable String warning(String text) {
        return SizeParser.isHexWithSuffix(text)
                ? "Using a multiplier suffix on hex numbers is deprecated: ".concat(text)
                : null;
    }

    /// The size as `info` shows it: three significant digits and a binary unit, `1 GiB`, `1.95
    /// GiB`, `196 KiB`.
    public static String human(long bytes) {
        return SizeFormat.human(bytes);
    }

    /// The size as `qemu-io` shows it: `512 bytes`, `4 KiB`, `1.500 KiB`; three digits after the
    /// point unless they are zeroes.
    public static String exact(long bytes) {
        return SizeFormat.exact((double) bytes);
    }

    /// As {@link #exact(long)}, of a rate; below a kilobyte it has six digits after the point.
    public static String exact(double bytes) {
        return SizeFormat.exact(bytes);
    }
}
