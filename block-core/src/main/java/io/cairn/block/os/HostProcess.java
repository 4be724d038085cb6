package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

/// What is done to this process itself.
public final class HostProcess {
    /// `SIGABRT`.
    public static final int ABORT = 6;

    private HostProcess() {}

    /// Gets the way to the host ready on a thread of its own, while the caller does other things.
    ///
    /// A short program that will open files calls this first: linking the native calls takes some
    /// 20 ms, which otherwise the first call waits for.
    public static void prepare() {
        Workers.startDaemon("os:prepare", Host.current()::prepare);
    }

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

    /// Tells the process that has started this one that it is ready, and lets its streams go.
    ///
    /// @param ready a descriptor that was inherited for this; one line is written to it
    /// @param keepsError whether standard error stays what it is; the other standard streams lead
    ///   nowhere from now on
    /// @throws BlockException with `ENOTSUP` where the host cannot be asked for that
    public static void detach(int ready, boolean keepsError) throws BlockException {
        Host.current().detach(ready, keepsError);
    }
}
