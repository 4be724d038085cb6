package io.cairn.cli.console;

import io.cairn.block.os.HostProcess;

import sun.misc.Signal;
import sun.misc.SignalHandler;

/// The signals of the process, by their names without `SIG`.
///
/// The one class that uses `sun.misc.Signal`, for which the JDK has no supported stand-in.
public final class Signals {
    private Signals() {}

    /// Runs the action, on a thread of its own, each time the signal arrives, in place of its
    /// default effect.
    public static void onSignal(String name, Runnable action) {
        Signal.handle(new Signal(name), signal -> action.run());
    }

    /// Gives the signal its default effect back.
    public static void restoreDefault(String name) {
        Signal.handle(new Signal(name), SignalHandler.SIG_DFL);
    }

    /// Ends the process by the signal, so that its parent sees what it would see of a program that
    /// handles none. Where the signal cannot be sent the status is the one that a shell makes of
    /// it.
    public static void dieBy(String name) {
        Signal signal = new Signal(name);
        Signal.handle(signal, SignalHandler.SIG_DFL);
        HostProcess.raise(signal.getNumber());
        Runtime.getRuntime().halt(128 + signal.getNumber());
    }
}
