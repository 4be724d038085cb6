package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `write`: writes a range.
final class WriteCommand implements Command {
    private static final String HELP =
            """

             writes bytes to a range

             Example:
             'write 512 1k' - writes the kilobyte that starts at byte 512

             What is written is the byte 0xcd unless -P, -s or -z asks for something
             else.
             -b, -- write machine state instead of the disk
             -c, -- write compressed
             -f, -- return when the data is on stable storage (Force Unit Access)
             -n, -- with -z, fail rather than write zeroes as data
             -p, -- without effect, for old scripts
             -P, -- byte to fill the range with
             -s, -- file whose content fills the range, again and again
             -C, -- show the statistics as values with commas
             -q, -- show no statistics
             -u, -- with -z, the space may be given back
             -z, -- write zeroes without passing them as data
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("write", "writes a number of bytes at a specified offset")
                .taking(2, -1, "[-bcCfnquz] [-P pattern | -s source_file] off len")
                .help(HELP);
    }

    @Override
    public Permissions needed() {
        return Permissions.of(Permission.WRITE);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        var how = new Parameters();
        Arguments.Reader options = arguments.options("bcCfnpP:qs:uz");
        for (String option = options.next(); option != null; option = options.next()) {
            how.accept(option, options);
        }
        List<String> operands = options.operands();
        if (operands.size() != 2) {
            throw CommandException.usage();
        }
        how.check();
        long offset = arguments.number(operands.getFirst());
        long length = arguments.number(operands.get(1));
        if (length > Transfers.MAX_LENGTH && !how.isNoFallback) {
            throw CommandException.of(Transfers.tooLong(" without -n", operands.get(1)));
        }
        if (how.isVmState || how.isCompressed) {
            Transfers.requireSectors(offset, length);
        }
        if (how.file == null) {
            write(session, how, new Range(offset, length), Pattern.of(how.pattern));
            return;
        }
        try (FilePattern content = FilePattern.open(session.messages(), how.file, length)) {
            write(session, how, new Range(offset, length), content);
        }
    }

    private record Range(long offset, long length) {}

    private static void write(Session session, Parameters how, Range range, Pattern content)
            throws CommandException {
        long start = System.nanoTime();
        try {
            how.write(session.image(), range.offset(), range.length(), content);
        } catch (BlockException e) {
            throw CommandException.of("write failed: " + e.errno().text());
        }
        long nanos = System.nanoTime() - start;
        new Report("wrote", range.offset(), range.length(), nanos).print(session.out(), how.style);
    }

    /// What the options ask for.
    private static final class Parameters {
        private Report.Style style = Report.Style.LINES;
        private boolean isVmState;
        private boolean isCompressed;
        private boolean isFua;
        private boolean isNoFallback;
        private boolean isUnmapping;
        private boolean isZeroes;
        private boolean isPattern;
        private byte pattern = Pattern.DEFAULT;
        private @Nullable String file;

        void accept(String option, Arguments.Reader options) throws CommandException {
            switch (option) {
                case "b" -> isVmState = true;
                case "c" -> isCompressed = true;
                case "f" -> isFua = true;
                case "n" -> isNoFallback = true;
                case "p" -> {}
                case "P" -> {
                    isPattern = true;
                    pattern = options.pattern();
                }
                case "s" -> file = options.value();
                case "u" -> isUnmapping = true;
                case "z" -> isZeroes = true;
                default -> style = Report.Style.of(option, style);
            }
        }

        /// Refuses what cannot be asked for at the same time.
        void check() throws CommandException {
            if (isVmState && isZeroes) {
                throw CommandException.of("-b and -z cannot be specified at the same time");
            }
            if (isFua && (isVmState || isCompressed)) {
                throw CommandException.of("-f and -b or -c cannot be specified at the same time");
            }
            if (isNoFallback && !isZeroes) {
                throw CommandException.of("-n requires -z to be specified");
            }
            if (isUnmapping && !isZeroes) {
                throw CommandException.of("-u requires -z to be specified");
            }
            int sources = (isZeroes ? 1 : 0) + (isPattern ? 1 : 0) + (file != null ? 1 : 0);
            if (sources > 1) {
                throw CommandException.of(
                        "Only one of -z, -P, and -s can be specified at the same time");
            }
        }

        void write(BlockBackend image, long offset, long length, Pattern content)
                throws BlockException {
            if (isZeroes) {
                image.writeZeroes(offset, length, flags());
            } else if (isVmState) {
                Transfers.write(offset, length, content, image::writeVmState);
            } else {
                WriteFlags flags = flags();
                Transfers.write(
                        offset, length, content, (at, part) -> image.write(at, part, flags));
            }
        }

        private WriteFlags flags() {
            WriteFlags base = isCompressed && !isZeroes ? WriteFlags.COMPRESSED : WriteFlags.NONE;
            return base.withFua(isFua).withMayUnmap(isUnmapping).withNoFallback(isNoFallback);
        }
    }
}
