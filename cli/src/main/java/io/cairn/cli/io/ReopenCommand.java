package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.CacheMode;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Objects;

/// `reopen`: gives the open image new options.
final class ReopenCommand implements Command {
    private static final String HELP =
            """

             gives the open image new options

             Example:
             'reopen -o lazy-refcounts=on' - lets a qcow2 image write refcounts later

             -r, -- from now on read-only
             -w, -- from now on writable
             -c, -- the new cache mode
             -o, -- options of the block driver, as for open
            """;

    @Override
    public Syntax syntax() {
        return Syntax.of("reopen", "reopens an image with new options")
                .taking(0, -1, "[(-r|-w)] [-c cache] [-o options]")
                .help(HELP);
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        var how = new Parameters(session.messages());
        Arguments.Reader options = arguments.options("c:o:rw");
        try {
            for (String option = options.next(); option != null; option = options.next()) {
                how.accept(option, options);
            }
            if (!options.operands().isEmpty()) {
                throw CommandException.usage();
            }
            reopen(session.image(), how);
        } catch (ToolException | BlockException e) {
            session.messages().report(e);
            throw CommandException.silent();
        }
    }

    private static void reopen(BlockBackend image, Parameters how)
            throws ToolException, BlockException {
        ChildEdge root = Objects.requireNonNull(image.root());
        Permissions before = root.needed();
        ReopenRequest request = new ReopenRequest(image.node(), how.options(), true);
        if (Boolean.TRUE.equals(how.isReadOnly)) {
            image.setPermissions(
                    before.minus(Permission.WRITE).minus(Permission.RESIZE), root.shared());
        }
        try {
            image.graph().reopen(List.of(request));
        } catch (BlockException e) {
            image.setPermissions(before, root.shared());
            throw e;
        }
        if (how.cache != null) {
            image.setWriteThrough(how.cache.writeThrough());
        }
    }

    /// What the options ask for.
    private static final class Parameters {
        private final Messages messages;
        private final Options given = new Options();
        private @Nullable Boolean isReadOnly;
        private @Nullable CacheMode cache;

        Parameters(Messages messages) {
            this.messages = messages;
        }

        void accept(String option, Arguments.Reader options) throws ToolException {
            switch (option) {
                case "c" -> cache = CacheMode.parse(options.value());
                case "o" -> {
                    Keyval parsed = Keyval.parseOpts(options.value(), null);
                    for (String warning : parsed.warnings()) {
                        messages.warning(warning);
                    }
                    given.putAll(parsed.toNodeOptions());
                }
                default -> {
                    if (isReadOnly != null) {
                        throw ToolException.of("Only one -r/-w option may be given");
                    }
                    isReadOnly = option.equals("r");
                }
            }
        }

        /// The new options of the node.
        Options options() throws ToolException {
            Options all = new Options(given);
            if (isReadOnly != null) {
                if (given.contains("read-only")) {
                    throw ToolException.of("Cannot set both -r/-w and 'read-only'");
                }
                all.put("read-only", isReadOnly);
            }
            if (cache != null) {
                if (given.contains("cache.direct") || given.contains("cache.no-flush")) {
                    throw ToolException.of("Cannot set both -c and the cache options");
                }
                all.put("cache.direct", cache.direct());
                all.put("cache.no-flush", cache.noFlush());
            }
            return all;
        }
    }
}
