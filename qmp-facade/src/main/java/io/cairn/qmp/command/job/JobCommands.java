package io.cairn.qmp.command.job;

import io.cairn.block.BlockException;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;
import io.cairn.job.mirror.CopyMode;
import io.cairn.job.mirror.MirrorJob;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobInfo;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.ErrorClass;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands that watch and steer jobs (QMP reference manual, "Background jobs" and "Block
/// devices").
public final class JobCommands implements CommandFamily {
    private final JobScheduler jobs;

    public JobCommands(StorageService service) {
        this.jobs = service.jobs();
    }

    /// The arguments of commands that name a job by `id`.
    private record JobId(String id) {
        static JobId read(Arguments in) {
            return new JobId(in.string("id"));
        }
    }

    /// The arguments of commands that name a block job by `device`.
    private record Device(String device) {
        static Device read(Arguments in) {
            return new Device(in.string("device"));
        }
    }

    /// The arguments of `block-job-cancel`.
    private record Cancellation(String device, boolean force) {
        static Cancellation read(Arguments in) {
            return new Cancellation(in.string("device"), in.bool("force", false));
        }
    }

    /// The arguments of `block-job-set-speed`.
    private record Speed(String device, long speed) {
        static Speed read(Arguments in) {
            return new Speed(in.string("device"), in.integer("speed"));
        }
    }

    /// The arguments of `block-job-change`.
    ///
    /// @param copyMode of a mirror; jobs of other types have nothing that changes
    private record Change(String id, String type, @Nullable CopyMode copyMode) {
        static Change read(Arguments in) {
            return new Change(
                    in.string("id"), in.string("type"), in.findChoice("copy-mode", CopyMode.class));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.query(
                "query-jobs",
                () -> CommandTable.list(jobs.query().stream().map(JobCommands::jobInfo).toList()));
        table.query(
                "query-block-jobs",
                () ->
                        CommandTable.list(
                                jobs.query().stream()
                                        .filter(JobInfo::isBlockJob)
                                        .map(JobCommands::blockJobInfo)
                                        .toList()));

        table.add("job-pause", JobId::read, in -> jobs.job(in.id()).pause());
        table.add("job-resume", JobId::read, in -> jobs.job(in.id()).resume());
        table.add("job-cancel", JobId::read, in -> jobs.job(in.id()).cancel(true));
        table.add("job-complete", JobId::read, in -> jobs.job(in.id()).complete());
        table.add("job-finalize", JobId::read, in -> jobs.job(in.id()).finalizeGroup());
        table.add("job-dismiss", JobId::read, in -> jobs.job(in.id()).dismiss());

        table.add("block-job-pause", Device::read, in -> blockJob(in.device()).pause());
        table.add("block-job-resume", Device::read, in -> blockJob(in.device()).resume());
        table.add("block-job-complete", Device::read, in -> blockJob(in.device()).complete());
        table.add("block-job-finalize", JobId::read, in -> blockJob(in.id()).finalizeGroup());
        table.add("block-job-dismiss", JobId::read, in -> blockJob(in.id()).dismiss());
        table.add(
                "block-job-cancel",
                Cancellation::read,
                in -> blockJob(in.device()).cancel(in.force()));
        table.add(
                "block-job-set-speed",
                Speed::read,
                in -> blockJob(in.device()).setSpeed(in.speed()));
        table.add("block-job-change", Change::read, this::change);
    }

    private void change(Change in) throws QmpException, BlockException {
        Job job = blockJob(in.id());
        if (!job.type().equals(in.type())) {
            throw QmpException.generic(
                    "Job '"
                            + in.id()
                            + "' is of type '"
                            + job.type()
                            + "', not '"
                            + in.type()
                            + "'");
        }
        CopyMode mode = in.copyMode();
        if (mode == null || !(job instanceof MirrorJob mirror)) {
            throw QmpException.generic("Jobs of type '" + in.type() + "' do not support change");
        }
        mirror.setCopyMode(mode);
    }

    private Job blockJob(String id) throws QmpException {
        try {
            return jobs.blockJob(id);
        } catch (BlockException e) {
            throw new QmpException(ErrorClass.DEVICE_NOT_ACTIVE, e.getMessage());
        }
    }

    private static JsonValue jobInfo(JobInfo job) {
        JsonObject.Builder info =
                JsonObject.builder()
                        .put("id", job.id())
                        .put("type", job.type())
                        .put("status", job.state().text())
                        .put("current-progress", job.offset())
                        .put("total-progress", job.length());
        return withError(info, job);
    }

    private static JsonValue blockJobInfo(JobInfo job) {
        JsonObject.Builder info =
                JsonObject.builder()
                        .put("type", job.type())
                        .put("device", job.id())
                        .put("len", job.length())
                        .put("offset", job.offset())
                        .put("busy", job.isBusy())
                        .put("paused", job.isPaused())
                        .put("speed", job.speed())
                        .put("io-status", job.ioStatus())
                        .put("ready", job.isReady())
                        .put("status", job.state().text())
                        .put("auto-finalize", job.autoFinalize())
                        .put("auto-dismiss", job.autoDismiss());
        return withError(info, job);
    }

    private static JsonValue withError(JsonObject.Builder info, JobInfo job) {
        String error = job.error();
        if (error != null) {
            info.put("error", error);
        }
        return info.build();
    }
}
