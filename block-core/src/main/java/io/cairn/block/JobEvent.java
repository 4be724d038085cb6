package io.cairn.block;

import org.jspecify.annotations.Nullable;

/// Something that happened to a job (QMP reference manual, "Background jobs" and "Block devices").
public sealed interface JobEvent extends BlockEvent {
    /// The job's id.
    String job();

    /// A job is in another state (`JOB_STATUS_CHANGE`).
    ///
    /// @param status the state's name in the manual
    record StatusChange(String job, String status) implements JobEvent {}

    /// A block job has ended, well or badly (`BLOCK_JOB_COMPLETED`).
    ///
    /// @param error why it failed, null if it did not
    record Completed(
            String job, String type, long length, long offset, long speed, @Nullable String error)
            implements JobEvent {}

    /// A block job was cancelled (`BLOCK_JOB_CANCELLED`).
    record Cancelled(String job, String type, long length, long offset, long speed)
            implements JobEvent {}

    /// A block job can be completed from now on (`BLOCK_JOB_READY`).
    record Ready(String job, String type, long length, long offset, long speed)
            implements JobEvent {}

    /// A block job waits to be finalized by its user (`BLOCK_JOB_PENDING`).
    record Pending(String job, String type) implements JobEvent {}

    /// A request of a block job has failed (`BLOCK_JOB_ERROR`).
    ///
    /// @param operation `read` or `write`
    /// @param action what the job does about it: `ignore`, `report` or `stop`
    record RequestFailed(String job, String operation, String action) implements JobEvent {}
}
