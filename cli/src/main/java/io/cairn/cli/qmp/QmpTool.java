package io.cairn.cli.qmp;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.HostPath;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Tool;
import io.cairn.cli.console.ToolException;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/// `cairn qmp`: a shell that speaks to a server of QMP, ours or the peer's.
public final class QmpTool implements Tool {
    private static final List<Flag> FLAGS = List.of(Flag.of('h', "help"), Flag.of('V', "version"));

    private final InputStream in;

    /// The shell on standard input.
    public QmpTool() {
        this(System.in);
    }

    QmpTool(InputStream in) {
        this.in = in;
    }

    @Override
    public int run(Invocation invocation) {
        Messages messages = new Messages(invocation);
        try {
            String server = server(invocation);
            return server == null ? 0 : run(server, invocation, messages);
        } catch (ToolException e) {
            return messages.report(e);
        }
    }

    /// The server that the command line names; null if it asks for something else, which is done.
    private static @Nullable String server(Invocation invocation) throws ToolException {
        Getopt options =
                Getopt.of(
                        invocation.program(),
                        invocation.arguments(),
                        FLAGS,
                        Getopt.Wording.LIBRARY);
        String option = options.next();
        if (option != null) {
            if (option.equals("help")) {
                QmpHelp.print(invocation);
            } else {
                QmpHelp.printVersion(invocation);
            }
            return null;
        }
        if (options.operands().size() != 1) {
            throw ToolException.usage("one server is expected");
        }
        return options.operands().getFirst();
    }

    private int run(String server, Invocation invocation, Messages messages) throws ToolException {
        ByteStream stream = connect(ServerAddress.parse(server));
        try (Dialogue dialogue = dialogue(invocation, messages)) {
            Events events = new Events(dialogue);
            try (QmpClient client = QmpClient.open(stream, server, events)) {
                return run(dialogue, client, events) ? 0 : 1;
            }
        }
    }

    private static boolean run(Dialogue dialogue, QmpClient client, Events events) {
        Shell shell = new Shell(dialogue, client);
        if (dialogue.jobWidth() == 0) {
            return shell.run();
        }
        try (JobWatch jobs = new JobWatch(dialogue, client)) {
            events.jobs = jobs;
            return shell.run();
        }
    }

    private static ByteStream connect(SocketEndpoint endpoint) throws ToolException {
        try {
            return HostSocket.connect(endpoint);
        } catch (BlockException e) {
            throw ToolException.of("Failed to connect to '" + endpoint + "'", e);
        }
    }

    /// At a terminal, where the launcher has made JLine known, one with all comforts.
    private Dialogue dialogue(Invocation invocation, Messages messages) throws ToolException {
        boolean isTerminal = in == System.in && HostPath.isTerminal(0) && HostPath.isTerminal(1);
        if (!isTerminal || ModuleLayer.boot().findModule("org.jline").isEmpty()) {
            return new PipedDialogue(invocation, messages, in);
        }
        try {
            return new TerminalDialogue();
        } catch (IOException e) {
            throw ToolException.of("the terminal cannot be used: " + e.getMessage());
        }
    }

    /// Shows events as they come.
    private static final class Events implements QmpClient.Listener {
        private final Dialogue dialogue;
        private volatile @Nullable JobWatch jobs;

        Events(Dialogue dialogue) {
            this.dialogue = dialogue;
        }

        @Override
        public void event(JsonObject event) {
            dialogue.print(Shell.show(event));
            JobWatch watch = jobs;
            if (watch != null) {
                watch.wake();
            }
        }

        @Override
        public void gone() {
            dialogue.stop();
        }
    }
}
