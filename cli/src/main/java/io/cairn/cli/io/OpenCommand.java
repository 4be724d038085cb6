package io.cairn.cli.io;

import io.cairn.cli.console.ToolException;

import java.util.List;

/// `open`: opens an image.
final class OpenCommand implements Command {
    private static final String HELP =
            """

             opens an image

             Example:
             'open -n -o driver=raw /tmp/data' - opens a raw image past the page cache

             The other commands then work on this image.
             -r, -- open it read-only
             -s, -- write to a temporary overlay
             -C, -- copy into it what is read from its backing file
             -n, -- bypass the host's page cache, as -t none does
             -U, -- let others write to it meanwhile
             -k, -- short for -i native
             -i, -- how requests wait: threads, native or io_uring
             -t, -- the cache mode
             -d, -- what discards do: ignore or unmap
             -o, -- options of the block driver
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("open", "open the file specified by path")
                .taking(1, -1, "[-rsCnkU] [-t cache] [-d discard] [-o options] [path]")
                .help(HELP);
    }

    @Override
    public boolean needsImage() {
        return false;
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        var how = new OpenArguments(session.messages());
        boolean hasOptions = false;
        Arguments.Reader options = arguments.options("snCro:ki:t:d:U");
        for (String option = options.next(); option != null; option = options.next()) {
            hasOptions |= option.equals("o");
            try {
                accept(how, option, options);
            } catch (ToolException e) {
                session.messages().report(e);
                throw CommandException.silent();
            }
        }
        List<String> operands = options.operands();
        if (operands.size() > 1) {
            throw CommandException.usage();
        }
        String name = operands.isEmpty() ? null : operands.getFirst();
        if (session.namesAreOptions()) {
            if (hasOptions) {
                throw CommandException.of("--image-opts and 'open -o' are mutually exclusive");
            }
            if (name != null) {
                how.addOptions(name);
                name = null;
            }
        }
        if (!session.open(name, how)) {
            throw CommandException.silent();
        }
    }

    private static void accept(OpenArguments how, String option, Arguments.Reader options)
            throws ToolException {
        switch (option) {
            case "s" -> how.setSnapshot();
            case "n" -> how.setCache("none");
            case "C" -> how.setCopyOnRead();
            case "r" -> how.setReadOnly();
            case "k" -> how.setAio("native");
            case "i" -> how.setAio(options.value());
            case "t" -> how.setCache(options.value());
            case "d" -> how.setDiscard(options.value());
            case "o" -> how.addOptions(options.value());
            case "U" -> how.setForceShare();
            default -> throw new IllegalArgumentException(option);
        }
    }
}
