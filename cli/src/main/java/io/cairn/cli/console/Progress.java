package io.cairn.cli.console;

import java.util.Locale;

/// The progress of a command in percent, as `-p` shows it.
///
/// Without `-p`, `SIGUSR1` prints the progress made so far. Thread-safe.
public final class Progress implements AutoCloseable {
    /// Progress of less than this is not worth a new line.
    private static final double STEP = 1.0;

    private final Invocation invocation;
    private final boolean shown;
    private double percent;
    private double printed;

    private Progress(Invocation invocation, boolean shown) {
        this.invocation = invocation;
        this.shown = shown;
    }

    /// Starts to show progress, or to wait for the signal that asks for it.
    ///
    /// @param shown whether `-p` was given
    public static Progress start(Invocation invocation, boolean shown) {
        Progress progress = new Progress(invocation, shown);
        if (!shown) {
            Signals.onSignal("USR1", progress::printOnDemand);
        }
        return progress;
    }

    /// Takes note of what is done. The start and the end are always shown.
    public synchronized void update(double newPercent) {
        percent = newPercent;
        if (shown && (percent <= 0 || percent >= 100 || percent > printed + STEP)) {
            print();
        }
    }

    /// Ends the line.
    @Override
    public synchronized void close() {
        if (shown) {
            invocation.out().print("\n");
            invocation.out().flush();
        }
    }

    private synchronized void print() {
        printed = percent;
        invocation.out().print(line() + "\r");
        invocation.out().flush();
    }

    private synchronized void printOnDemand() {
        invocation.err().print(line() + "\n");
    }

    private String line() {
        return String.format(Locale.ROOT, "    (%3.2f/100%%)", percent);
    }
}
