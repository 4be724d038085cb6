package io.cairn.cli;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.console.Tool;
import io.cairn.cli.daemon.DaemonTool;
import io.cairn.cli.img.ImgTool;
import io.cairn.cli.io.IoTool;
import io.cairn.cli.nbd.NbdTool;
import io.cairn.cli.qmp.QmpTool;
import io.cairn.cli.system.SystemTool;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/// The entry point of all tools.
///
/// The launcher names the program that the user started in the property `cairn.program`; without it
/// we are `cairn`, whose first argument is the tool. A tool's classes load only when it is the one
/// that runs.
public final class Main {
    private static final String NAME = "cairn";

    private static final String USAGE =
            """
            usage: cairn TOOL [ARGUMENT...]
                   cairn install-links DIRECTORY

            tools:
              daemon  serve disks, jobs and exports over QMP (qemu-storage-daemon)
              img     create, inspect and change disk images (qemu-img)
              io      read, write and examine one disk image (qemu-io)
              system  serve the disks of a machine without a processor (qemu-system-x86_64)
              nbd     export a disk image over the network (qemu-nbd)
              qmp     carry out commands of a server of QMP: a shell

            In DIRECTORY, install-links makes programs named as those whose place the tools take.
            """;

    private Main() {}

    /// Runs the program and ends the process with its status.
    public static void main(String[] arguments) {
        Stdout out = Stdout.ofProcess();
        int status = run(System.getProperty("cairn.program", NAME), List.of(arguments), out);
        out.flush();
        Runtime.getRuntime().halt(status);
    }

    /// Runs a program by its name in this process and returns its exit status.
    static int run(String program, List<String> arguments, Stdout out) {
        if (!program.equals(NAME)) {
            return run(new Invocation(program, true, arguments, out, System.err), tool(program));
        }
        if (arguments.isEmpty()) {
            System.err.print(USAGE);
            return 1;
        }
        String first = arguments.getFirst();
        switch (first) {
            case "--help", "-h" -> out.print(USAGE);
            case "--version", "-V" -> out.println(version());
            default -> {
                List<String> rest = arguments.subList(1, arguments.size());
                return run(
                        new Invocation(NAME + " " + first, false, rest, out, System.err),
                        tool(first));
            }
        }
        return 0;
    }

    /// The tool of a name, its own or that of the program whose place it takes.
    private static @Nullable Tool tool(String name) {
        return switch (name) {
            case "daemon", "qemu-storage-daemon" -> new DaemonTool();
            case "img", "qemu-img" -> new ImgTool();
            case "io", "qemu-io" -> new IoTool();
            case "nbd", "qemu-nbd" -> new NbdTool();
            case "qmp" -> new QmpTool();
            case "system", "qemu-system-x86_64" -> new SystemTool();
            default -> null;
        };
    }

    private static int run(Invocation invocation, @Nullable Tool tool) {
        if (tool == null) {
            invocation.err().println(invocation.program() + ": no such tool");
            return 1;
        }
        try {
            return tool.run(invocation);
        } catch (IOException e) {
            invocation.err().println(invocation.program() + ": " + e.getMessage());
        } catch (OutOfMemoryError e) {
            invocation.err().println(invocation.program() + ": out of memory: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            invocation.err().println(invocation.program() + ": internal error: " + e);
            if (System.getenv("CAIRN_DEBUG") != null) {
                e.printStackTrace(invocation.err());
            }
        }
        return 1;
    }

    private static String version() {
        return NAME
                + " "
                + Main.class.getModule().getDescriptor().rawVersion().orElse("of unknown version");
    }
}
