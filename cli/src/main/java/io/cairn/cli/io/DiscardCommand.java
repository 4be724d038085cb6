package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;

import java.util.List;

/// `discard`: gives a range back.
final class DiscardCommand implements Command {
    private static final String HELP =
            """

             gives the space of a range back

             Example:
             'discard 512 1k' - gives back the kilobyte that starts at byte 512

             What the range reads as afterwards depends on the image.
             -C, -- show the statistics as values with commas
             -q, -- show no statistics
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("discard", "discards a number of bytes at a specified offset")
                .taking(2, -1, "[-Cq] off len")
                .help(HELP);
    }

    @Override
    public Permissions needed() {
        return Permissions.of(Permission.WRITE);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        Report.Style style = Report.Style.LINES;
        Arguments.Reader options = arguments.options("Cq");
        for (String option = options.next(); option != null; option = options.next()) {
            style = Report.Style.of(option, style);
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
        long start = System.nanoTime();
        try {
            session.image().discard(offset, length);
        } catch (BlockException e) {
            throw CommandException.of("discard failed: " + e.errno().text());
        }
        long nanos = System.nanoTime() - start;
        new Report("discard", offset, length, nanos).print(session.out(), style);
    }
}
