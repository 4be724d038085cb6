package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.Debuggable;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.OpenRequest;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.Images;
import io.cairn.job.image.TemporaryOverlay;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// The open image and the commands that work on it, one after the other.
final class Session implements AutoCloseable {
    private final Invocation invocation;
    private final Messages messages;
    private final Images images;
    private final EventLoop events;
    private final boolean namesAreOptions;
    private @Nullable BlockBackend image;
    private @Nullable Breakpoints breakpoints;
    private boolean isOver;

    /// @param namesAreOptions whether images are named by texts of node options
    Session(Invocation invocation, Messages messages, Images images, boolean namesAreOptions) {
        this(invocation, messages, images, namesAreOptions, new EventLoop());
    }

    /// A session for an image that is open elsewhere.
    Session(Invocation invocation, Messages messages, Images images, EventLoop events) {
        this(invocation, messages, images, false, events);
    }

    private Session(
            Invocation invocation,
            Messages messages,
            Images images,
            boolean namesAreOptions,
            EventLoop events) {
        this.namesAreOptions = namesAreOptions;
        this.invocation = invocation;
        this.messages = messages;
        this.images = images;
        this.events = events;
    }

    /// Carries out a line on an image that is open elsewhere.
    void execute(BlockBackend borrowed, String line) {
        image = borrowed;
        boolean _ = execute(line);
        image = null;
        out().flush();
    }

    Stdout out() {
        return invocation.out();
    }

    Messages messages() {
        return messages;
    }

    EventLoop events() {
        return events;
    }

    /// The open image; only for commands that need one.
    BlockBackend image() {
        if (image == null) {
            throw new IllegalStateException("no image is open");
        }
        return image;
    }

    /// What can stop requests of the image.
    Debuggable debugged() throws BlockException {
        return image().node()
                .debuggable()
                .orElseThrow(() -> new BlockException(Errno.ENOTSUP, Errno.ENOTSUP.text()));
    }

    /// Hears of what happens in the graph from now on.
    void listen() {
        breakpoints();
    }

    /// The stops of requests that the user has asked for.
    Breakpoints breakpoints() {
        if (breakpoints == null) {
            breakpoints = new Breakpoints(events, out());
            images.graph().listen(breakpoints);
        }
        return breakpoints;
    }

    /// Whether the user has had enough.
    boolean isOver() {
        return isOver;
    }

    void end() {
        isOver = true;
    }

    boolean namesAreOptions() {
        return namesAreOptions;
    }

    // ---- the image

    /// Opens an image, saying what is wrong if that fails.
    ///
    /// @param name a filename; null if the options say it all
    /// @return whether it is open
    boolean open(@Nullable String name, OpenArguments arguments) {
        try {
            if (image != null) {
                throw ToolException.of("file open already, try 'help close'");
            }
            OpenRequest request =
                    new OpenRequest(name, arguments.options(), arguments.flags(), true);
            image = open(name, request, arguments);
            return true;
        } catch (ToolException e) {
            messages.report(e);
            return false;
        }
    }

    private BlockBackend open(@Nullable String name, OpenRequest request, OpenArguments arguments)
            throws ToolException {
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
        if (!request.flags().readOnly()) {
            needed = needed.plus(Permission.WRITE);
        }
        try {
            BlockGraph graph = images.graph();
            BlockBackend opened =
                    arguments.isSnapshot()
                            ? TemporaryOverlay.open(graph, request, needed)
                            : graph.open(request, needed, Permissions.ALL);
            opened.setWriteThrough(arguments.isWriteThrough());
            if (arguments.isCopyOnRead()) {
                copyOnRead(opened);
            }
            return opened;
        } catch (BlockException e) {
            String subject = name == null ? "can't open" : "can't open device ".concat(name);
            throw ToolException.of(subject, e);
        }
    }

    private static void copyOnRead(BlockBackend opened) throws BlockException {
        try {
            opened.node().enableCopyOnRead();
        } catch (BlockException e) {
            opened.close();
            throw e;
        }
    }

    /// Closes the image once nothing is under way.
    void closeImage() {
        BlockBackend open = image;
        if (open == null) {
            return;
        }
        events.awaitRequests();
        image = null;
        open.close();
        BlockException failure = images.graph().takeCloseFailure().orElse(null);
        if (failure != null) {
            messages.unwritten(failure);
        }
    }

    @Override
    public void close() {
        closeImage();
        events.takeReady();
    }

    // ---- commands

    /// Carries out a line of input and returns whether all went well.
    boolean execute(String line) {
        List<String> words = split(line);
        if (words.isEmpty()) {
            return true;
        }
        String name = words.getFirst();
        Command command = Commands.find(name);
        if (command == null) {
            messages.line("command \"" + name + "\" not found");
            return false;
        }
        Syntax syntax = command.syntax();
        int count = words.size() - 1;
        if (command.needsImage() && image == null) {
            messages.line("no file open, try 'help open'");
            return false;
        }
        if (!syntax.accepts(count)) {
            messages.line(syntax.complaint(name, count));
            return false;
        }
        return run(command, new Arguments(name, words.subList(1, words.size()), messages));
    }

    private boolean run(Command command, Arguments arguments) {
        try {
            if (!command.needed().isEmpty()) {
                acquire(command.needed());
            }
            command.run(this, arguments);
            return true;
        } catch (BlockException e) {
            messages.report(e);
        } catch (CommandException e) {
            if (e.isUsage()) {
                out().println(command.syntax().synopsis(command.syntax().name()));
            } else if (!e.line().isEmpty()) {
                out().println(e.line());
            }
        }
        return false;
    }

    /// Takes permissions on the image that it was not opened with.
    private void acquire(Permissions needed) throws BlockException {
        BlockBackend open = image();
        ChildEdge root = Objects.requireNonNull(open.root());
        if (!root.needed().hasAll(needed)) {
            open.setPermissions(root.needed().plus(needed), root.shared());
        }
    }

    /// The words of a line: what stands between blanks, without any quoting.
    private static List<String> split(String line) {
        List<String> words = new ArrayList<>();
        int start = 0;
        while (start < line.length()) {
            int end = line.indexOf(' ', start);
            if (end < 0) {
                end = line.length();
            }
            if (end > start) {
                words.add(line.substring(start, end));
            }
            start = end + 1;
        }
        return words;
    }
}
