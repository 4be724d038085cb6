package io.cairn.qmp.command.job;

import io.cairn.job.scheduler.JobSettings;
import io.cairn.job.scheduler.OnError;
import io.cairn.qmp.schema.Arguments;

import org.jspecify.annotations.Nullable;

/// The arguments that all commands have which start a copying job.
///
/// @param jobId the job's id; null for that of the device
/// @param device the node or the drive from which, or in which, the job copies
/// @param filterNodeName the name of the filter that the job puts in
record CopySettings(
        @Nullable String jobId,
        String device,
        long speed,
        boolean autoFinalize,
        boolean autoDismiss,
        @Nullable String filterNodeName) {
    static CopySettings read(Arguments in) {
        return new CopySettings(
                in.findString("job-id"),
                in.string("device"),
                in.integer("speed", 0),
                in.bool("auto-finalize", true),
                in.bool("auto-dismiss", true),
                in.findString("filter-node-name"));
    }

    /// What the job is made with. A node has no name of its own for a job.
    JobSettings job() {
        return new JobSettings(jobId == null ? "" : jobId, speed, autoFinalize, autoDismiss);
    }

    static OnError onError(Arguments in, String name) {
        return in.choice(name, OnError.class, OnError.REPORT);
    }
}
