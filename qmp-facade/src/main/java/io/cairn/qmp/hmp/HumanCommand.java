package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.qmp.command.QmpException;

import java.util.Arrays;
import java.util.List;

/// A command for people.
///
/// @param names what it is called, other names behind the first
/// @param synopsis its arguments, for help
/// @param flags the letters of its options
/// @param help what it does, in a line
/// @param action does it and returns what is printed
record HumanCommand(List<String> names, String synopsis, String flags, String help, Action action) {
    HumanCommand {
        names = List.copyOf(names);
    }

    /// What a command does.
    @FunctionalInterface
    interface Action {
        String run(Words words) throws BlockException, QmpException;
    }

    static HumanCommand of(
            String names, String synopsis, String flags, String help, Action action) {
        return new HumanCommand(Arrays.asList(names.split("\\|")), synopsis, flags, help, action);
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

    /// The line that tells of the command.
    String line() {
        String shown = String.join("|", names);
        return shown + (synopsis.isEmpty() ? "" : " " + synopsis) + " -- " + help + "\n";
    }
}
