package io.cairn.block.os;

/// What is done to this process itself.
public final class HostProcess {
    /// `SIGABRT`.
    public static final int ABORT = 6;

    private HostProcess() {}

    /// Has a signal act on this process as on a program that handles none: its default effect,
    /// whatever the virtual machine uses the signal for.
    ///
    /// Where the host cannot be asked for that, the process ends with the exit status that a shell
    /// shows for it.
    ///
    /// @param signal the signal's number
    public static void raise(int signal) {
        Host.current().raise(signal);
    }
}
