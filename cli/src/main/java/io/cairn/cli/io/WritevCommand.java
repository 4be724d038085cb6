package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;

import java.util.List;

/// `writev`: writes a range from several buffers.
final class WritevCommand implements Command {
    private static final String HELP =
            """

             writes several buffers to a range

             Example:
             'writev 512 1k 1k' - writes the two kilobytes that start at byte 512

             Each length is that of one buffer, full of the byte 0xcd unless -P asks for
             another; the buffers are written by one request.
             -P, -- byte to fill the buffers with
             -C, -- show the statistics as values with commas
             -f, -- return when the data is on stable storage (Force Unit Access)
             -q, -- show no statistics
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("writev", "writes a number of bytes at a specified offset")
                .taking(2, -1, "[-Cfq] [-P pattern] off len [len..]")
                .help(HELP);
    }

    @Override
    public Permissions needed() {
        return Permissions.of(Permission.WRITE);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        Report.Style style = Report.Style.LINES;
        WriteFlags flags = WriteFlags.NONE;
        byte pattern = Pattern.DEFAULT;
        Arguments.Reader options = arguments.options("CfqP:");
        for (String option = options.next(); option != null; option = options.next()) {
            switch (option) {
                case "f" -> flags = WriteFlags.FUA;
                case "P" -> pattern = options.pattern();
                default -> style = Report.Style.of(option, style);
            }
        }
        List<String> operands = options.operands();
        if (operands.size() < 2) {
            throw CommandException.usage();
        }
        long offset = arguments.number(operands.getFirst());
        long length = Transfers.total(arguments, operands.subList(1, operands.size()));
        long start = System.nanoTime();
        try {
            write(session.image(), offset, length, Pattern.of(pattern), flags);
        } catch (BlockException e) {
            throw CommandException.of("writev failed: " + e.errno().text());
        }
        long nanos = System.nanoTime() - start;
        new Report("wrote", offset, length, nanos).print(session.out(), style);
    }

    private static void write(
            BlockBackend image, long offset, long length, Pattern pattern, WriteFlags flags)
            throws BlockException {
        Transfers.write(offset, length, pattern, (at, part) -> image.write(at, part, flags));
    }
}
