package io.cairn.cli.system;

import io.cairn.block.graph.BlockGraph;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Stdout;
import io.cairn.qmp.device.DeviceModel;
import io.cairn.qmp.device.MachineType;

import java.util.List;

/// What the tool tells of itself.
final class SystemHelp {
    private static final String OPTIONS =
            """

              -machine none|pc|q35      the machine whose buses devices sit on
              -drive OPTIONS            a drive with its medium
              -blockdev OPTIONS         a node
              -device MODEL,OPTIONS     a device that owns a drive
              -object TYPE,id=ID,…      an object
              -add-fd fd=N,set=M[,opaque=TEXT]
                                        an inherited descriptor for the file /dev/fdset/M
              -chardev BACKEND,id=ID,…  a character device
              -mon chardev=ID,mode=readline|control
                                        a monitor on it
              -monitor DEV, -qmp DEV, -qmp-pretty DEV
                                        a monitor on stdio, unix:PATH or tcp:HOST:PORT
              -serial DEV               a serial port, to which nobody writes; mon:DEV puts a
                                        monitor there
              -global MODEL.PROPERTY=VALUE
                                        what devices of a model begin with
              -daemonize                let the caller go on when all is ready
              -pidfile FILE             write the process's number into a file
              -nodefaults               no drives but those asked for
              -S                        do not start the machine

            -machine help, -device help and -drive format=help tell what there is.
            """;

    private SystemHelp() {}

    static void print(Invocation invocation) {
        Stdout out = invocation.out();
        out.print("usage: " + invocation.program() + " [options] [disk_image]\n");
        out.print("Serves disks to managers of virtual machines; no processor runs\n");
        out.print(OPTIONS);
    }

    static void printVersion(Invocation invocation) {
        invocation.out().println("QEMU emulator version 7.2.0 (cairn)");
    }

    static void print(Invocation invocation, List<String> lines) {
        lines.forEach(invocation.out()::println);
    }

    /// Answers what was asked in the place of an argument; false if nothing was.
    static boolean answer(SystemOption option, Invocation invocation, BlockGraph graph) {
        switch (option.name()) {
            case "h", "help" -> print(invocation);
            case "version" -> printVersion(invocation);
            case "machine", "M" -> {
                if (!option.value().equals("help")) {
                    return false;
                }
                print(invocation, MachineType.help());
            }
            case "device" -> {
                List<String> told = DeviceModel.helpFor(option.value());
                if (told.isEmpty()) {
                    return false;
                }
                print(invocation, told);
            }
            case "drive" -> {
                if (!option.value().equals("format=help")) {
                    return false;
                }
                String names = String.join(" ", graph.drivers().names());
                invocation.out().println("Supported formats: " + names);
                invocation.out().println("Supported formats (read-only): " + names);
            }
            default -> {
                return false;
            }
        }
        return true;
    }
}
