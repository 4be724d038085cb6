package io.cairn.job.scheduler;

import java.util.Locale;

/// What a user may ask of a job (QMP reference manual, "JobVerb").
public enum JobVerb {
    CANCEL,
    PAUSE,
    RESUME,
    SET_SPEED,
    COMPLETE,
    FINALIZE,
    DISMISS;

    /// True if a job in that state takes the verb.
    public boolean isAllowedIn(JobState state) {
        return switch (state) {
            case CREATED, RUNNING, PAUSED ->
                    this == CANCEL || this == PAUSE || this == RESUME || this == SET_SPEED;
            case READY, STANDBY -> this != FINALIZE && this != DISMISS;
            case WAITING -> this == CANCEL;
            case PENDING -> this == CANCEL || this == FINALIZE;
            case ABORTING, NULL -> false;
            case CONCLUDED -> this == DISMISS;
        };
    }

    /// The verb's name in the manual.
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
