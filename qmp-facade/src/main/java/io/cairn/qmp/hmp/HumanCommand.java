package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.qmp.command.QmpException;

import java.util.Arrays;
import java.util.List;

/// A command for people.
///
/// @param names what it is called, other names behind the first
/// @param parameters what it takes
/// @param synopsis its arguments, for help
/// @param help what it does
/// @param action does it and returns what is printed
record HumanCommand(
        List<String> names,
        List<Parameter> parameters,
        String synopsis,
        String help,
        Action action) {
    HumanCommand {
        names = List.copyOf(names);
        parameters = List.copyOf(parameters);
    }

    /// What a command does.
    @FunctionalInterface
    interface Action {
        String run(Words words) throws BlockException, QmpException;
    }

    /// @param parameters as [Parameter#parse] reads them
    static HumanCommand of(
            String names, String parameters, String synopsis, String help, Action action) {
        return new HumanCommand(
                Arrays.asList(names.split("\\|")),
                Parameter.parse(parameters),
                synopsis,
                help,
                action);
    }

    /// The same action, whose failures are told without saying that they are errors.
    static Action plainly(Action action) {
        return words -> {
            try {
                return action.run(words);
            } catch (BlockException | QmpException e) {
                return HumanMonitor.told(e);
            }
        };
    }

    /// All names of the command.
    String shownName() {
        return String.join("|", names);
    }

    /// The line that tells of the command.
    String line() {
        return shownName() + " " + synopsis + " -- " + help + "\n";
    }
}
