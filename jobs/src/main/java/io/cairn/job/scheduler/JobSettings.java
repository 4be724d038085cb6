package io.cairn.job.scheduler;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;

/// What every job is made with.
///
/// @param id the job's id
/// @param speed the most bytes a second, 0 for no limit
/// @param autoFinalize the job finalizes itself; else it waits for its user
/// @param autoDismiss the job vanishes when it is over; else it stays listed
public record JobSettings(String id, long speed, boolean autoFinalize, boolean autoDismiss) {
    /// A job without a limit that needs no more attention.
    public static JobSettings of(String id) {
        return new JobSettings(id, 0, true, true);
    }

    public JobSettings withSpeed(long bytesPerSecond) {
        return new JobSettings(id, bytesPerSecond, autoFinalize, autoDismiss);
    }

    public JobSettings withAutoFinalize(boolean on) {
        return new JobSettings(id, speed, on, autoDismiss);
    }

    public JobSettings withAutoDismiss(boolean on) {
        return new JobSettings(id, speed, autoFinalize, on);
    }

    void requireValid() throws BlockException {
        if (!isWellFormed(id)) {
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
