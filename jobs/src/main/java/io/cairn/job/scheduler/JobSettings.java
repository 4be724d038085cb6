package io.cairn.job.scheduler;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;

/// What every job is made with.
///
/// @param id the job's id
/// @param speed the most bytes a second, 0 for no limit
/// @param autoFinalize the job finalizes itself; else it waits for its user
/// @param autoDismiss the job vanishes when it is over; else it stays listed
/// @param isInternal the job is part of something else: users are not told of it and cannot name it
public record JobSettings(
        String id, long speed, boolean autoFinalize, boolean autoDismiss, boolean isInternal) {
    /// A job without a limit that needs no more attention.
    public static JobSettings of(String id) {
        return new JobSettings(id, 0, true, true);
    }

    /// A job that is part of something else.
    ///
    /// @param purpose what makes its id, which no other job's is
    public static JobSettings internal(String purpose) {
        return new JobSettings("#" + purpose, 0, true, true, true);
    }

    /// What a job is made with that a user wants.
    public JobSettings(String id, long speed, boolean autoFinalize, boolean autoDismiss) {
        this(id, speed, autoFinalize, autoDismiss, false);
    }

    public JobSettings withSpeed(long bytesPerSecond) {
        return new JobSettings(id, bytesPerSecond, autoFinalize, autoDismiss, isInternal);
    }

    public JobSettings withAutoFinalize(boolean on) {
        return new JobSettings(id, speed, on, autoDismiss, isInternal);
    }

    public JobSettings withAutoDismiss(boolean on) {
        return new JobSettings(id, speed, autoFinalize, on, isInternal);
    }

    void requireValid() throws BlockException {
        if (!isInternal && !isWellFormed(id)) {
            throw new InvalidOptionException("Invalid job ID '" + id + "'");
        }
        requireSpeed(speed);
    }

    static void requireSpeed(long speed) throws BlockException {
        if (speed < 0) {
            throw new InvalidOptionException("Parameter 'speed' expects a non-negative value");
        }
    }

    private static boolean isWellFormed(String id) {
        if (id.isEmpty() || !isLetter(id.charAt(0))) {
            return false;
        }
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (!isLetter(c) && (c < '0' || c > '9') && "-._".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }
}
