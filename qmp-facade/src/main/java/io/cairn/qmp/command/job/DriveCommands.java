package io.cairn.qmp.command.job;

import io.cairn.block.BlockException;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.backup.Backups;
import io.cairn.job.image.DriveTarget;
import io.cairn.job.mirror.MirrorOptions;
import io.cairn.job.mirror.Mirrors;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.DeviceOrNode;
import io.cairn.qmp.service.StorageService;

import org.jspecify.annotations.Nullable;

/// The commands that start jobs which make and open their targets themselves (QMP reference manual,
/// "drive-mirror" and "drive-backup").
public final class DriveCommands implements CommandFamily {
    private final StorageService service;

    public DriveCommands(StorageService service) {
        this.service = service;
    }

    /// The arguments of `drive-mirror`.
    private record Mirror(MirrorOptions options, DriveTarget target) {
        static Mirror read(Arguments in) throws QmpException {
            MirrorOptions options = CopyCommands.readMirror(in).withUnmap(in.bool("unmap", true));
            String nodeName = in.findString("node-name");
            if (options.replaces() != null && nodeName == null) {
                throw QmpException.generic(
                        "a node-name must be provided when replacing a named node of the graph");
            }
            return new Mirror(options, driveTarget(in, nodeName));
        }
    }

    /// The arguments of `drive-backup`, the command or the action of a transaction.
    public record Backup(BackupOptions options, DriveTarget target) {
        public static Backup read(Arguments in) {
            return new Backup(CopyCommands.readBackup(in), driveTarget(in, null));
        }
    }

    private static DriveTarget driveTarget(Arguments in, @Nullable String nodeName) {
        return new DriveTarget(
                in.string("target"),
                in.findString("format"),
                in.string("mode", "absolute-paths").equals("existing"),
                nodeName);
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("drive-mirror", in -> Mirror.read(named(in)), this::mirror);
        table.add(
                "drive-backup",
                in -> Backup.read(named(in)),
                in -> service.jobs().start(backup(in, null)));
    }

    private Arguments named(Arguments in) {
        return DeviceOrNode.withJobId(service.graph(), in);
    }

    private void mirror(Mirror mirror) throws BlockException {
        service.jobs()
                .start(
                        Mirrors.createDrive(
                                service.graph(),
                                service.jobs(),
                                mirror.options(),
                                mirror.target().announcedTo(service::announce),
                                null));
    }

    /// Makes a backup job, which is to be started.
    ///
    /// @param group the jobs with which it ends, or null
    public Job backup(Backup backup, @Nullable JobGroup group) throws BlockException {
        return Backups.createDrive(
                service.graph(),
                service.jobs(),
                backup.options(),
                backup.target().announcedTo(service::announce),
                group);
    }
}
