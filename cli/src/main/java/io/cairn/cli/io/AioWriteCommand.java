package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.statistics.OperationKind;
import io.cairn.cli.console.Stdout;

import java.util.List;

/// `aio_write`: writes a range while the session goes on.
final class AioWriteCommand implements Command {
    private static final String HELP =
            """

             writes bytes to a range while the session goes on

             Example:
             'aio_write 512 1k 1k' - writes the two kilobytes that start at byte 512

             What is written is the byte 0xcd unless -P or -z asks for something else.
             The command succeeds as soon as the request is on its way, whatever
             becomes of it; aio_flush waits for the end of all that are under way, and
             then at the latest the statistics are shown.
             -P, -- byte to fill the buffers with
             -C, -- show the statistics as values with commas
             -f, -- return when the data is on stable storage (Force Unit Access)
             -i, -- count the request as invalid instead
             -q, -- show no statistics
             -u, -- with -z, the space may be given back
             -z, -- write zeroes without passing them as data
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("aio_write", "asynchronously writes a number of bytes")
                .taking(2, -1, "[-Cfiquz] [-P pattern] off len [len..]")
                .help(HELP);
    }

    @Override
    public Permissions needed() {
        return Permissions.of(Permission.WRITE);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        var how = new Parameters();
        Arguments.Reader options = arguments.options("CfiP:quz");
        for (String option = options.next(); option != null; option = options.next()) {
            if (option.equals("i")) {
                Counting.invalid(session.image(), OperationKind.WRITE);
                session.out().println("injecting invalid write request");
                return;
            }
            how.accept(option, options);
        }
        List<String> operands = options.operands();
        if (operands.size() < 2) {
            throw CommandException.usage();
        }
        if (how.isZeroes && operands.size() != 2) {
            throw CommandException.of("-z supports only a single length parameter");
        }
        if (how.isUnmapping && !how.isZeroes) {
            throw CommandException.of("-u requires -z to be specified");
        }
        long offset = arguments.number(operands.getFirst());
        long length =
                how.isZeroes
                        ? arguments.number(operands.get(1))
                        : Transfers.total(arguments, operands.subList(1, operands.size()));
        start(session, how, offset, length);
    }

    private static void start(Session session, Parameters how, long offset, long length) {
        BlockBackend image = session.image();
        Stdout out = session.out();
        long start = System.nanoTime();
        session.events()
                .start(
                        "aio_write",
                        () -> {
                            try {
                                Counting.run(
                                        image,
                                        OperationKind.WRITE,
                                        length,
                                        () -> how.write(image, offset, length));
                            } catch (BlockException e) {
                                return () -> out.println("aio_write failed: " + e.errno().text());
                            }
                            long nanos = System.nanoTime() - start;
                            Report report = new Report("wrote", offset, length, nanos);
                            return () -> report.print(out, how.style);
                        });
    }

    /// What the options ask for.
    private static final class Parameters {
        private Report.Style style = Report.Style.LINES;
        private WriteFlags flags = WriteFlags.NONE;
        private boolean isUnmapping;
        private boolean isZeroes;
        private byte pattern = Pattern.DEFAULT;

        void accept(String option, Arguments.Reader options) throws CommandException {
            switch (option) {
                case "f" -> flags = flags.withFua(true);
                case "P" -> pattern = options.pattern();
                case "u" -> {
                    isUnmapping = true;
                    flags = flags.withMayUnmap(true);
                }
                case "z" -> isZeroes = true;
                default -> style = Report.Style.of(option, style);
            }
        }

        void write(BlockBackend image, long offset, long length) throws BlockException {
            if (isZeroes) {
                image.writeZeroes(offset, length, flags);
            } else {
                Transfers.write(
                        offset,
                        length,
                        Pattern.of(pattern),
                        (at, part) -> image.write(at, part, flags));
            }
        }
    }
}
