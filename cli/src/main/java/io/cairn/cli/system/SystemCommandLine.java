package io.cairn.cli.system;

import io.cairn.cli.console.ToolException;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The options of a system emulator: one dash or two, an argument in a word of its own, and no
/// bundles.
final class SystemCommandLine {
    private static final Set<String> PLAIN =
            Set.of(
                    "h",
                    "help",
                    "version",
                    "nodefaults",
                    "no-user-config",
                    "nographic",
                    "S",
                    "snapshot",
                    "no-shutdown",
                    "no-reboot",
                    "daemonize",
                    "enable-kvm",
                    "only-migratable");

    private static final Set<String> VALUED =
            Set.of(
                    "machine",
                    "M",
                    "accel",
                    "action",
                    "display",
                    "vga",
                    "cpu",
                    "smp",
                    "m",
                    "name",
                    "uuid",
                    "rtc",
                    "boot",
                    "qtest",
                    "qtest-log",
                    "chardev",
                    "mon",
                    "qmp",
                    "qmp-pretty",
                    "monitor",
                    "serial",
                    "parallel",
                    "drive",
                    "blockdev",
                    "device",
                    "object",
                    "add-fd",
                    "option-rom",
                    "hda",
                    "hdb",
                    "hdc",
                    "hdd",
                    "cdrom",
                    "fda",
                    "fdb",
                    "sd",
                    "pidfile",
                    "trace",
                    "msg",
                    "D",
                    "d",
                    "global",
                    "net",
                    "nic",
                    "netdev",
                    "run-with");

    private SystemCommandLine() {}

    static List<SystemOption> parse(List<String> arguments) throws ToolException {
        List<SystemOption> options = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String word = arguments.get(i);
            if (!word.startsWith("-") || word.equals("-")) {
                options.add(new SystemOption("hda", word));
                continue;
            }
            String name = word.startsWith("--") ? word.substring(2) : word.substring(1);
            if (PLAIN.contains(name)) {
                options.add(new SystemOption(name, ""));
            } else if (!VALUED.contains(name)) {
                throw ToolException.of(word + ": invalid option");
            } else if (i + 1 == arguments.size()) {
                throw ToolException.of(word + ": requires an argument");
            } else {
                options.add(new SystemOption(name, arguments.get(++i)));
            }
        }
        return options;
    }
}
