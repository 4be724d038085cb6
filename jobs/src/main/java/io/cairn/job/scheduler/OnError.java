package io.cairn.job.scheduler;

import io.cairn.block.Errno;

/// What a job does when a request of its fails (QMP reference manual, "BlockdevOnError").
public enum OnError {
    /// The job fails.
    REPORT,
    /// The job goes on as if nothing had happened.
    IGNORE,
    /// As `STOP` if there is no space left, else as `REPORT`.
    ENOSPC,
    /// The job pauses; resumed, it tries again.
    STOP,
    /// As `REPORT` for reads, as `ENOSPC` for writes.
    AUTO;

    /// What the policy comes to for one error.
    public Action action(boolean isRead, Errno errno) {
        return switch (this) {
            case REPORT -> Action.REPORT;
            case IGNORE -> Action.IGNORE;
            case STOP -> Action.STOP;
            case ENOSPC -> errno == Errno.ENOSPC ? Action.STOP : Action.REPORT;
            case AUTO -> !isRead && errno == Errno.ENOSPC ? Action.STOP : Action.REPORT;
        };
    }

    /// What is done about one error (QMP reference manual, "BlockErrorAction").
    public enum Action {
        REPORT("report"),
        IGNORE("ignore"),
        STOP("stop");

        private final String text;

        Action(String text) {
            this.text = text;
        }

        /// The action's name in the manual.
        public String text() {
            return text;
        }
    }
}
