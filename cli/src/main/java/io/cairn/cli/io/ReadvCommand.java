package io.cairn.cli.io;

import io.cairn.block.BlockException;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `readv`: reads a range into several buffers.
final class ReadvCommand implements Command {
    private static final String HELP =
            """

             reads the bytes of a range into several buffers

             Example:
             'readv -v 512 1k 1k ' - shows the two kilobytes that start at byte 512

             Each length is that of one buffer; the buffers are filled by one request.
             -C, -- show the statistics as values with commas
             -P, -- byte that the data must consist of
             -v, -- show the data
             -q, -- show no statistics
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("readv", "reads a number of bytes at a specified offset")
                .taking(2, -1, "[-Cqv] [-P pattern] off len [len..]")
                .help(HELP);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        Report.Style style = Report.Style.LINES;
        boolean isShown = false;
        Byte pattern = null;
        Arguments.Reader options = arguments.options("CP:qv");
        for (String option = options.next(); option != null; option = options.next()) {
            switch (option) {
                case "P" -> pattern = options.pattern();
                case "v" -> isShown = true;
                default -> style = Report.Style.of(option, style);
            }
        }
        List<String> operands = options.operands();
        if (operands.size() < 2) {
            throw CommandException.usage();
        }
        long offset = arguments.number(operands.getFirst());
        long length = Transfers.total(arguments, operands.subList(1, operands.size()));
        try (ReadData data = new ReadData(length, isShown, expected(pattern, length))) {
            long start = System.nanoTime();
            try {
                Transfers.read(offset, data, session.image()::read);
            } catch (BlockException e) {
                throw CommandException.of("readv failed: " + e.errno().text());
            }
            long nanos = System.nanoTime() - start;
            Report report = new Report("read", offset, length, nanos);
            if (!report.show(session.out(), data, style)) {
                throw CommandException.silent();
            }
        }
    }

    static ReadData.@Nullable Expected expected(@Nullable Byte pattern, long length) {
        return pattern == null ? null : new ReadData.Expected(pattern, 0, length);
    }
}
