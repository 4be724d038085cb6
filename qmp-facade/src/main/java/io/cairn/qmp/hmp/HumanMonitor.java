package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.qmp.command.QmpException;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The commands for people: takes lines and returns what is printed, lines ended by `\n`.
///
/// Commands run under the lock of QMP's, which the caller holds.
public final class HumanMonitor {
    private static final String HELP = "help|? [cmd] -- show the help\n";

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
        Words words;
        try {
            words = Words.parse(command.shownName(), command.parameters(), rest);
        } catch (QmpException e) {
            return e.getMessage() + "\n" + seeHelp(kind + name);
        }
        try {
            return command.action().run(words);
        } catch (BlockException | QmpException e) {
            return "Error: " + told(e);
        }
    }

    /// Where a line that is wrong sends people.
    static String seeHelp(String name) {
        return "Try \"help " + name + "\" for more information\n";
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

    /// What is told of a command, or of all.
    private String help(String text) {
        String name = text.substring(0, nameEnd(text));
        String rest = text.substring(name.length()).strip();
        if (name.equals("info") && rest.isEmpty()) {
            StringBuilder all = new StringBuilder();
            infos.stream()
                    .sorted(Comparator.comparing(HumanCommand::shownName))
                    .forEach(command -> all.append("info ").append(command.line()));
            return all.toString();
        }
        if (name.equals("info")) {
            String asked = rest.substring(0, nameEnd(rest));
            HumanCommand info = find(infos, asked);
            return info == null ? "unknown command: 'info " + asked + "'\n" : "info " + info.line();
        }
        if (name.equals("help") || name.equals("?")) {
            return HELP;
        }
        if (!name.isEmpty()) {
            HumanCommand command = find(commands, name);
            return command == null ? "unknown command: '" + name + "'\n" : command.line();
        }
        StringBuilder all = new StringBuilder(HELP);
        commands.forEach(command -> all.append(command.line()));
        return all.append("info [subcommand] -- show various information about the system state\n")
                .toString();
    }
}
