package io.cairn.cli.qmp;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// Where the commands of a session come from and its texts go. All but {@link #next()} may be
/// called by any thread.
interface Dialogue extends AutoCloseable {
    /// Completes what is typed by a schema, where anybody types.
    void completeBy(LazySchema schema);

    /// Waits for the next line; null at the end of input and after {@link #stop()}.
    @Nullable String next();

    /// Lets {@link #next()} return null, now and in future.
    void stop();

    /// Shows a text of one or more lines.
    void print(String text);

    /// Shows what went wrong, one line.
    void error(String text);

    /// How many characters a line of {@link #showJobs} may have; 0 where nobody would see it.
    int jobWidth();

    /// Shows the progress of jobs, a line each, in place of what was shown before.
    void showJobs(List<String> lines);

    @Override
    void close();
}
