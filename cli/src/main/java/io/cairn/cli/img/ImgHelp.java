package io.cairn.cli.img;

import io.cairn.block.graph.DriverRegistry;
import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.image.Images;

import java.util.Objects;

/// The texts of `--help` and `--version`, made from the declarations.
final class ImgHelp {
    /// The release of the reference tools whose ways we follow.
    private static final String COMPATIBLE = "7.2.22";

    private ImgHelp() {}

    static void printVersion(Invocation invocation) {
        Stdout out = invocation.out();
        if (invocation.standIn()) {
            out.println(invocation.program() + " version " + COMPATIBLE);
            return;
        }
        String version =
                ImgHelp.class.getModule().getDescriptor() == null
                        ? "of unknown version"
                        : ImgHelp.class
                                .getModule()
                                .getDescriptor()
                                .rawVersion()
                                .orElse("of unknown version");
        out.println(invocation.program() + " " + version + ", in place of qemu-img " + COMPATIBLE);
    }

    /// The tool's help.
    static void print(Invocation invocation) {
        printVersion(invocation);
        Stdout out = invocation.out();
        out.print(
                "usage: "
                        + invocation.program()
                        + " [standard options] command [command options]\n\n"
                        + "    '-h', '--help'       show this help, or that of a command\n"
                        + "    '-V', '--version'    show the version\n"
                        + "    '-T', '--trace'     "
                        + " [[enable=]<pattern>][,events=<file>][,file=<file>]\n"
                        + "                         accepted; there are no trace events\n\n"
                        + "Command syntax:\n");
        for (String name : ImgTool.COMMANDS) {
            Command command = Objects.requireNonNull(ImgTool.command(name));
            out.println("  " + syntax(invocation, name, command));
            out.println("      " + command.summary());
        }
        out.println(supportedFormats());
    }

    /// The help of one command; under the name of the program whose place we take, as that program
    /// does, the tool's.
    static void print(Invocation invocation, String name, Command command) {
        if (invocation.standIn()) {
            print(invocation);
            return;
        }
        Stdout out = invocation.out();
        out.println("usage: " + invocation.program() + " " + syntax(invocation, name, command));
        out.println(command.summary());
        for (Flag flag : CommandLine.flags(command, invocation)) {
            if (flag.help() != null) {
                out.println("  " + pad(names(flag)) + flag.help());
            }
        }
    }

    private static String syntax(Invocation invocation, String name, Command command) {
        StringBuilder text = new StringBuilder(name);
        for (Flag flag : CommandLine.flags(command, invocation)) {
            text.append(" [").append(shortest(flag)).append(']');
        }
        return text.append(' ').append(command.operands()).toString();
    }

    private static String shortest(Flag flag) {
        if (flag.letter() != 0) {
            return "-" + flag.letter() + (flag.hasArgument() ? " " + flag.argument() : "");
        }
        return "--" + flag.name() + (flag.hasArgument() ? "=" + flag.argument() : "");
    }

    private static String names(Flag flag) {
        String letter = flag.letter() == 0 ? "" : "-" + flag.letter();
        String word = flag.isLong() ? "--" + flag.name() : "";
        String both = letter.isEmpty() || word.isEmpty() ? letter + word : letter + ", " + word;
        return flag.hasArgument() ? both + " " + flag.argument() : both;
    }

    private static String pad(String text) {
        return text + " ".repeat(Math.max(2, 30 - text.length()));
    }

    private static String supportedFormats() {
        DriverRegistry drivers = new DriverRegistry(Images.BUILT_IN);
        return "\nSupported formats: " + String.join(" ", drivers.names());
    }
}
