package io.cairn.cli.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Getopt;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Signals;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.console.Tracing;
import io.cairn.cli.image.Images;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.daemon.StorageDaemon;
import io.cairn.qmp.http.LivePage;
import io.cairn.qmp.http.PageAddress;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// One run of the daemon: does what the options ask for, in their order, and serves until it is
/// told to quit.
final class DaemonRun {
    private static final List<Flag> FLAGS =
            List.of(
                    Flag.of('h', "help"),
                    Flag.of('T', "trace").withArgument("PATTERN"),
                    Flag.of('V', "version"),
                    Flag.of("blockdev").withArgument("OPTIONS"),
                    Flag.of("chardev").withArgument("OPTIONS"),
                    Flag.of("daemonize"),
                    Flag.of("export").withArgument("OPTIONS"),
                    Flag.of("monitor").withArgument("OPTIONS"),
                    Flag.of("nbd-server").withArgument("OPTIONS"),
                    Flag.of("object").withArgument("OPTIONS"),
                    Flag.of("pidfile").withArgument("PATH"));

    /// What the peer does not have.
    private static final Flag HTTP = Flag.of("http").withArgument("ADDRESS");

    private final Invocation invocation;
    private final Messages messages;
    private final Images images;
    private final StorageDaemon daemon;
    private boolean isApart;
    private @Nullable String pidFile;
    private @Nullable PidFile pid;
    private @Nullable LivePage page;

    DaemonRun(Invocation invocation, Messages messages, Images images) {
        this.invocation = invocation;
        this.messages = messages;
        this.images = images;
        daemon = new StorageDaemon(images.graph());
        daemon.setAfterCommand(HeapWatch.ofProcess()::look);
    }

    void run() throws ToolException {
        // Whether there is a standard input at all must be known before the first device.
        for (Getopt options = options(); ; ) {
            String option = options.next();
            if (option == null) {
                break;
            }
            switch (option) {
                case "help" -> {
                    DaemonHelp.print(invocation);
                    return;
                }
                case "version" -> {
                    DaemonHelp.printVersion(invocation);
                    return;
                }
                case "daemonize" -> isApart = true;
                default -> {}
            }
        }
        if (!isApart) {
            daemon.service()
                    .chardevFactory()
                    .setStandardStream(new StandardStream(System.in, invocation.out()));
        }
        daemon.setAnnouncer(new StandardStream(System.in, invocation.out())::announce);
        for (String signal : new String[] {"TERM", "INT", "HUP"}) {
            Signals.onSignal(signal, daemon.service()::quit);
        }
        try {
            start();
            writePidFile();
            daemon.start();
            if (isApart) {
                Launcher.release(false);
            }
            awaitQuit();
        } finally {
            close();
        }
    }

    private Getopt options() {
        List<Flag> flags = new ArrayList<>(FLAGS);
        if (!invocation.standIn()) {
            flags.add(HTTP);
        }
        return Getopt.of(
                invocation.program(), invocation.arguments(), flags, Getopt.Wording.LIBRARY);
    }

    private void start() throws ToolException {
        Getopt options = options();
        for (String option = options.next(); option != null; option = options.next()) {
            try {
                apply(option, options);
            } catch (BlockException e) {
                throw ToolException.of("--" + option + " " + options.value(), e);
            } catch (QmpException e) {
                throw ToolException.of(
                        "--" + option + " " + options.value() + ": " + e.getMessage());
            }
        }
        for (String operand : options.operands()) {
            throw ToolException.of(operand + ": Unexpected argument");
        }
    }

    private void apply(String option, Getopt options)
            throws BlockException, QmpException, ToolException {
        switch (option) {
            case "trace" -> Tracing.accept(options.value(), messages);
            case "blockdev" -> daemon.addNode(options.value());
            case "chardev" -> addChardev(options.value());
            case "export" -> daemon.addExport(options.value());
            case "http" -> servePage(options.value());
            case "monitor" -> daemon.addMonitor(options.value());
            case "nbd-server" -> daemon.startNbdServer(options.value());
            case "object" -> addObject(options.value());
            case "pidfile" -> pidFile = options.value();
            default -> {}
        }
    }

    private void addChardev(String text) throws BlockException, ToolException {
        if (text.equals("help") || text.equals("?")) {
            DaemonHelp.printChardevs(invocation);
            throw ToolException.silent(0);
        }
        daemon.addChardev(text);
    }

    private void servePage(String address) throws InvalidOptionException {
        if (page != null) {
            throw new InvalidOptionException("there is a page already");
        }
        page = LivePage.start(daemon.service(), PageAddress.parse(address));
    }

    private void addObject(String text) throws InvalidOptionException, ToolException {
        try {
            images.addObject(text);
        } catch (ToolException e) {
            if (e.getMessage().isEmpty()) {
                throw e;
            }
            throw new InvalidOptionException(e.getMessage());
        }
    }

    private void writePidFile() throws ToolException {
        String path = pidFile;
        if (path == null) {
            return;
        }
        try {
            pid = PidFile.write(path);
        } catch (BlockException e) {
            throw ToolException.of("cannot create PID file", e);
        }
    }

    private void removePidFile() {
        PidFile written = pid;
        try {
            if (written != null) {
                written.close();
            }
        } catch (BlockException e) {
            messages.report(e);
        }
    }

    private void awaitQuit() throws ToolException {
        try {
            daemon.service().awaitQuit();
        } catch (InterruptedException e) {
            throw ToolException.of("interrupted");
        }
    }

    private void close() {
        if (page != null) {
            page.close();
        }
        try {
            daemon.close(messages::unwritten);
        } finally {
            removePidFile();
        }
    }
}
