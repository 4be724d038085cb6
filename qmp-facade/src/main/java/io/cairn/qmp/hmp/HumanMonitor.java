package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.qmp.command.QmpException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The commands for people: takes lines and returns what is printed, lines ended by `\n`.
///
/// Commands run under the lock of QMP's, which the caller holds.
public final class HumanMonitor {
    private final List<HumanCommand> commands = new ArrayList<>();
    private final List<HumanCommand> infos = new ArrayList<>();

    void add(HumanCommand command) {
        commands.add(command);
    }

    void addInfo(HumanCommand command) {
        infos.add(command);
    }

    /// Carries out a line.
    public String execute(String line) {
        String text = line.strip();
        int end = nameEnd(text);
        if (text.isEmpty()) {
            return "";
        }
        String name = text.substring(0, end);
        String rest = text.substring(end).strip();
        if (name.equals("info")) {
            return info(rest);
        }
        if (name.equals("help") || name.equals("?")) {
            return help(rest);
        }
        return run(commands, name, rest, "");
    }

    private static int nameEnd(String text) {
        int end = 0;
        while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        return end;
    }

    private String info(String text) {
        if (text.isEmpty()) {
            return help("info");
        }
        int end = nameEnd(text);
        return run(infos, text.substring(0, end), text.substring(end).strip(), "info ");
    }

    private static String run(List<HumanCommand> table, String name, String rest, String kind) {
        HumanCommand command = find(table, name);
        if (command == null) {
            return "unknown command: '" + kind + name + "'\n";
        }
        try {
            Words words = Words.parse(rest, command.flags());
            String printed = command.action().run(words);
            List<String> extra = words.rest();
            if (!extra.isEmpty()) {
                return name + ": extraneous characters at the end of line\n";
            }
            return printed;
        } catch (BlockException | QmpException e) {
            return "Error: " + told(e);
        }
    }

    /// A failure as people are told of it, with the further lines that it may have.
    static String told(Exception e) {
        String hint =
                e instanceof BlockException failure
                        ? failure.hint().map(h -> h + "\n").orElse("")
                        : "";
        return e.getMessage() + "\n" + hint;
    }

    private static @Nullable HumanCommand find(List<HumanCommand> table, String name) {
        for (HumanCommand command : table) {
            if (command.names().contains(name)) {
                return command;
            }
        }
        return null;
    }

    private String help(String name) {
        if (name.equals("info")) {
            StringBuilder all = new StringBuilder();
            infos.forEach(command -> all.append("info ").append(command.line()));
            return all.toString();
        }
        if (!name.isEmpty()) {
            HumanCommand command = find(commands, name);
            return command == null ? "unknown command: '" + name + "'\n" : command.line();
        }
        StringBuilder all = new StringBuilder("help|? [cmd] -- show the help\n");
        commands.forEach(command -> all.append(command.line()));
        return all.append("info [subcommand] -- show various information about the system state\n")
                .toString();
    }
}
