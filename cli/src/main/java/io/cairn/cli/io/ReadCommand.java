package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `read`: reads a range.
final class ReadCommand implements Command {
    private static final String HELP =
            """

             reads the bytes of a range

             Example:
             'read -v 512 1k' - shows the kilobyte that starts at byte 512

             With -v what was read is shown on standard output; with -P it is compared
             with a pattern, all of it or the part that -s and -l give.
             -b, -- read machine state instead of the disk
             -C, -- show the statistics as values with commas
             -l, -- length of the part to compare (needs -P)
             -p, -- without effect, for old scripts
             -P, -- byte that the data must consist of
             -q, -- show no statistics
             -s, -- start of the part to compare (needs -P)
             -v, -- show the data
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("read", "reads a number of bytes at a specified offset")
                .taking(2, -1, "[-abCqv] [-P pattern [-s off] [-l len]] off len")
                .help(HELP);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        var how = new Parameters();
        Arguments.Reader options = arguments.options("bCl:pP:qs:v");
        for (String option = options.next(); option != null; option = options.next()) {
            how.accept(option, options);
        }
        List<String> operands = options.operands();
        if (operands.size() != 2) {
            throw CommandException.usage();
        }
        long offset = arguments.number(operands.getFirst());
        long length = arguments.number(operands.get(1));
        if (length > Transfers.MAX_LENGTH) {
            throw CommandException.of(Transfers.tooLong("", operands.get(1)));
        }
        if (how.isPart && !how.isPattern) {
            throw CommandException.usage();
        }
        ReadData.Expected expected = how.expected(length);
        if (how.isVmState) {
            Transfers.requireSectors(offset, length);
        }
        try (ReadData data = new ReadData(length, how.isShown, expected)) {
            read(session, how, offset, data);
        }
    }

    private static void read(Session session, Parameters how, long offset, ReadData data)
            throws CommandException {
        BlockBackend image = session.image();
        long start = System.nanoTime();
        try {
            Transfers.read(offset, data, how.isVmState ? image::readVmState : image::read);
        } catch (BlockException e) {
            throw CommandException.of("read failed: " + e.errno().text());
        }
        long nanos = System.nanoTime() - start;
        Report report = new Report("read", offset, data.length(), nanos);
        if (!report.show(session.out(), data, how.style)) {
            throw CommandException.silent();
        }
    }

    /// What the options ask for.
    private static final class Parameters {
        private Report.Style style = Report.Style.LINES;
        private boolean isVmState;
        private boolean isShown;
        private boolean isPattern;
        private boolean isPart;
        private byte pattern;
        private long expectedFrom;
        private long expectedLength = -1;

        void accept(String option, Arguments.Reader options) throws CommandException {
            switch (option) {
                case "b" -> isVmState = true;
                case "l" -> {
                    isPart = true;
                    expectedLength = options.number();
                }
                case "P" -> {
                    isPattern = true;
                    pattern = options.pattern();
                }
                case "p" -> {}
                case "s" -> {
                    isPart = true;
                    expectedFrom = options.number();
                }
                case "v" -> isShown = true;
                default -> style = Report.Style.of(option, style);
            }
        }

        ReadData.@Nullable Expected expected(long length) throws CommandException {
            if (!isPattern) {
                return null;
            }
            long count = expectedLength < 0 ? length - expectedFrom : expectedLength;
            if (count < 0 || count > length || expectedFrom > length - count) {
                throw CommandException.of("pattern verification range exceeds end of read data");
            }
            return new ReadData.Expected(pattern, expectedFrom, count);
        }
    }
}
