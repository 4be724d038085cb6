package io.cairn.cli.img;

import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Signals;
import io.cairn.job.image.NewFile;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Looks after a target while it is written, so that no half of an image is taken for a whole one.
///
/// When a signal ends the process, a file that this run has made is taken away; any other target
/// stays and is called incomplete. Then the process ends by the signal.
final class TargetGuard implements AutoCloseable {
    private static final List<String> SIGNALS = List.of("INT", "TERM", "HUP");

    private final Invocation invocation;
    private final Messages messages;
    private final String name;
    private final @Nullable NewFile file;
    private boolean isFinished;

    /// @param name the target's name in messages
    /// @param file the file that is being made, null if the target was there before
    TargetGuard(CommandLine line, String name, @Nullable NewFile file) {
        this.invocation = line.invocation();
        this.messages = line.messages();
        this.name = name;
        this.file = file;
        for (String signal : SIGNALS) {
            Signals.onSignal(signal, () -> interrupted(signal));
        }
    }

    private void interrupted(String signal) {
        if (file == null || !file.isNew()) {
            messages.error("interrupted, '" + name + "' is incomplete");
        } else {
            file.removeIfNew();
        }
        Signals.dieBy(signal);
    }

    /// The target is complete.
    void finished() {
        isFinished = true;
    }

    /// Signals have their default effect again. Under our own name, a target that was not finished
    /// is called incomplete.
    @Override
    public void close() {
        SIGNALS.forEach(Signals::restoreDefault);
        if (!isFinished && !invocation.standIn()) {
            messages.error("'" + name + "' is incomplete");
        }
    }
}
