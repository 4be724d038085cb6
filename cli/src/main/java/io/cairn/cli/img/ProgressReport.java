package io.cairn.cli.img;

import io.cairn.cli.console.Flag;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Progress;
import io.cairn.cli.console.ToolException;
import io.cairn.job.JobControl;

/// How a command tells how far it is: in percent by `-p`, as lines of JSON by `--progress=json`,
/// or, without either, in percent when `SIGUSR1` asks.
final class ProgressReport implements AutoCloseable {
    /// `-p`.
    static final Flag SHOW = Flag.of('p').withHelp("show progress");

    /// `--progress`.
    static final Flag FORM =
            Flag.of("progress")
                    .withArgument("form")
                    .withHelp("show progress: `json` for an object a line on standard error")
                    .asAddition();

    /// What the user wants to see.
    enum Form {
        ON_DEMAND,
        PERCENT,
        JSON;

        /// The form that the argument of `--progress` names.
        static Form parse(String name) throws ToolException {
            return switch (name) {
                case "json" -> JSON;
                case "percent" -> PERCENT;
                default -> throw ToolException.of("Invalid form of progress: ".concat(name));
            };
        }
    }

    private final Progress percent;
    private final JsonProgress json;

    private ProgressReport(Progress percent, JsonProgress json) {
        this.percent = percent;
        this.json = json;
    }

    /// Starts to tell; the start itself is told.
    ///
    /// @param isQuiet whether nothing is to be told after all
    static ProgressReport start(Invocation invocation, Form form, boolean isQuiet) {
        Form shown = isQuiet ? Form.ON_DEMAND : form;
        ProgressReport report =
                new ProgressReport(
                        Progress.start(invocation, shown == Form.PERCENT),
                        new JsonProgress(invocation.err(), shown == Form.JSON));
        report.percent.update(0);
        return report;
    }

    /// A control whose progress is told.
    JobControl control() {
        return new JobControl(this::progressed);
    }

    private void progressed(long done, long total) {
        percent.update(total == 0 ? 0 : 100.0 * done / total);
        json.update(done, total);
    }

    /// Tells that all is done.
    void finish() {
        percent.update(100);
        json.finish();
    }

    @Override
    public void close() {
        percent.close();
    }
}
