package io.cairn.cli.img;

import java.io.PrintStream;

/// Progress as one JSON object a line: `{"done": 1048576, "total": 2097152, "percent": 50}`.
///
/// A line is printed for each full percent at most, and for the end, which has `"percent": 100`.
/// Thread-safe.
final class JsonProgress {
    private final PrintStream out;
    private final boolean isShown;
    private long done;
    private long total;
    private long printedPercent = -1;

    JsonProgress(PrintStream out, boolean isShown) {
        this.out = out;
        this.isShown = isShown;
    }

    /// Takes note of what is done; what comes late from another thread is passed over.
    synchronized void update(long newDone, long newTotal) {
        if (!isShown || newDone < done || newTotal == 0) {
            return;
        }
        done = newDone;
        total = newTotal;
        long percent = (long) (100.0 * done / total);
        if (percent > printedPercent && percent < 100) {
            print(percent);
        }
    }

    synchronized void finish() {
        if (isShown) {
            done = total;
            print(100);
        }
    }

    private void print(long percent) {
        printedPercent = percent;
        out.print(
                "{\"done\": "
                        + done
                        + ", \"total\": "
                        + total
                        + ", \"percent\": "
                        + percent
                        + "}\n");
    }
}
