package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.statistics.OperationKind;
import io.cairn.cli.console.Stdout;

import java.util.List;

/// `aio_read`: reads a range while the session goes on.
final class AioReadCommand implements Command {
    private static final String HELP =
            """

             reads the bytes of a range while the session goes on

             Example:
             'aio_read -v 512 1k 1k ' - shows the two kilobytes that start at byte 512

             The command succeeds as soon as the request is on its way, whatever
             becomes of it; aio_flush waits for the end of all that are under way, and
             then at the latest the data and the statistics are shown.
             -C, -- show the statistics as values with commas
             -P, -- byte that the data must consist of
             -i, -- count the request as invalid instead
             -v, -- show the data
             -q, -- show no statistics
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("aio_read", "asynchronously reads a number of bytes")
                .taking(2, -1, "[-Ciqv] [-P pattern] off len [len..]")
                .help(HELP);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        Report.Style style = Report.Style.LINES;
        boolean isShown = false;
        Byte pattern = null;
        Arguments.Reader options = arguments.options("CiP:qv");
        for (String option = options.next(); option != null; option = options.next()) {
            switch (option) {
                case "i" -> {
                    Counting.invalid(session.image(), OperationKind.READ);
                    session.out().println("injecting invalid read request");
                    return;
                }
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
        ReadData data = new ReadData(length, isShown, ReadvCommand.expected(pattern, length));
        start(session, offset, data, style);
    }

    private static void start(Session session, long offset, ReadData data, Report.Style style) {
        BlockBackend image = session.image();
        Stdout out = session.out();
        long start = System.nanoTime();
        session.events()
                .start(
                        "aio_read",
                        () -> {
                            try {
                                Counting.run(
                                        image,
                                        OperationKind.READ,
                                        data.length(),
                                        () -> Transfers.read(offset, data, image::read));
                            } catch (BlockException e) {
                                data.close();
                                return () -> out.println("readv failed: " + e.errno().text());
                            }
                            long nanos = System.nanoTime() - start;
                            return () -> show(out, data, style, offset, nanos);
                        });
    }

    private static void show(
            Stdout out, ReadData data, Report.Style style, long offset, long nanos) {
        try (data) {
            new Report("read", offset, data.length(), nanos).show(out, data, style);
        }
    }
}
