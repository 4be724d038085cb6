package io.cairn.qmp.command.snapshot;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.job.backup.BackupOptions;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobGroup;
import io.cairn.qmp.command.CommandFamily;
import io.cairn.qmp.command.CommandTable;
import io.cairn.qmp.command.QmpException;
import io.cairn.qmp.command.bitmap.BitmapArguments;
import io.cairn.qmp.command.bitmap.Bitmaps;
import io.cairn.qmp.command.job.CopyCommands;
import io.cairn.qmp.command.job.DriveCommands;
import io.cairn.qmp.schema.Arguments;
import io.cairn.qmp.service.DeviceOrNode;
import io.cairn.qmp.service.StorageService;
import io.cairn.qmp.transaction.Action;
import io.cairn.qmp.transaction.Transaction;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// `transaction`, and the commands that are transactions of one snapshot.
public final class TransactionCommand implements CommandFamily {
    private final StorageService service;
    private final Transaction transaction;
    private final Snapshots snapshots;
    private final InternalSnapshots internalSnapshots;
    private final Bitmaps bitmaps;
    private final CopyCommands jobs;
    private final DriveCommands driveJobs;

    public TransactionCommand(StorageService service) {
        this.service = service;
        this.transaction = new Transaction(service.graph());
        this.snapshots = new Snapshots(service);
        this.internalSnapshots = new InternalSnapshots(service.graph());
        this.bitmaps = new Bitmaps(service.graph());
        this.jobs = new CopyCommands(service);
        this.driveJobs = new DriveCommands(service);
    }

    /// The command's arguments: actions by their type, each with its data.
    private record Actions(List<Arguments> actions, boolean isGrouped) {
        static Actions read(Arguments in) {
            Arguments properties = in.findObject("properties");
            return new Actions(
                    in.objects("actions"),
                    properties != null
                            && properties
                                    .string("completion-mode", "individual")
                                    .equals("grouped"));
        }
    }

    @Override
    public void addTo(CommandTable table) {
        table.add("transaction", Actions::read, this::run);
        table.add(
                "blockdev-snapshot",
                Snapshots.Snapshot::read,
                in -> transaction.run(List.of(snapshots.snapshot(in))));
        table.add(
                "blockdev-snapshot-sync",
                Snapshots.FileSnapshot::read,
                in -> transaction.run(List.of(snapshots.snapshot(in))));
        table.add(
                "blockdev-snapshot-internal-sync",
                InternalSnapshots.Addition::read,
                in -> transaction.run(List.of(internalSnapshots.add(in))));
        table.addAnswering(
                "blockdev-snapshot-delete-internal-sync",
                InternalSnapshots.Removal::read,
                internalSnapshots::remove);
    }

    private void run(Actions given) throws BlockException, QmpException {
        JobGroup group = given.isGrouped() ? new JobGroup() : null;
        List<Action> actions = new ArrayList<>();
        for (Arguments action : given.actions()) {
            String type = action.string("type");
            if (given.isGrouped() && !type.endsWith("-backup")) {
                throw QmpException.generic(
                        "Action '"
                                + type
                                + "' does not support Transaction property completion-mode ="
                                + " grouped");
            }
            Arguments data = action.object("data");
            boolean isJob = type.endsWith("-backup");
            actions.add(
                    action(
                            type,
                            isJob ? DeviceOrNode.withJobId(service.graph(), data) : data,
                            group));
        }
        transaction.run(actions);
    }

    private Action action(String type, Arguments data, @Nullable JobGroup group) {
        return switch (type) {
            case "abort" -> new Abort();
            case "block-dirty-bitmap-add" -> bitmaps.add(BitmapArguments.addition(data));
            case "block-dirty-bitmap-remove" -> bitmaps.remove(BitmapArguments.name(data));
            case "block-dirty-bitmap-clear" -> bitmaps.clear(BitmapArguments.name(data));
            case "block-dirty-bitmap-enable" ->
                    bitmaps.setRecording(BitmapArguments.name(data), true);
            case "block-dirty-bitmap-disable" ->
                    bitmaps.setRecording(BitmapArguments.name(data), false);
            case "block-dirty-bitmap-merge" -> {
                BitmapArguments.Merge merge = BitmapArguments.merge(data);
                yield bitmaps.merge(merge.target(), merge.sources());
            }
            case "blockdev-backup" -> {
                BackupOptions options = CopyCommands.readBackup(data);
                yield new Backup(options.device(), () -> jobs.backup(options, group));
            }
            case "drive-backup" -> {
                DriveCommands.Backup backup = DriveCommands.Backup.read(data);
                yield new Backup(backup.options().device(), () -> driveJobs.backup(backup, group));
            }
            case "blockdev-snapshot" -> snapshots.snapshot(Snapshots.Snapshot.read(data));
            case "blockdev-snapshot-sync" -> snapshots.snapshot(Snapshots.FileSnapshot.read(data));
            case "blockdev-snapshot-internal-sync" ->
                    internalSnapshots.add(InternalSnapshots.Addition.read(data));
            default -> throw new IllegalArgumentException(type);
        };
    }

    /// Fails, so that nothing is done.
    private record Abort() implements Action {
        @Override
        public void prepare() throws QmpException {
            throw QmpException.generic("Transaction aborted using Abort action");
        }
    }

    /// Makes a job.
    @FunctionalInterface
    private interface JobMaker {
        Job make() throws BlockException;
    }

    /// Makes a backup job, which starts when the transaction is done.
    private final class Backup implements Action {
        private final String device;
        private final JobMaker maker;
        private @Nullable Job job;

        Backup(String device, JobMaker maker) {
            this.device = device;
            this.maker = maker;
        }

        @Override
        public List<BlockNode> drained() {
            return DeviceOrNode.lookup(service.graph(), device).map(List::of).orElse(List.of());
        }

        @Override
        public void prepare() throws BlockException {
            job = maker.make();
        }

        @Override
        public void commit() {
            if (job != null) {
                service.jobs().start(job);
            }
        }

        @Override
        public void abort() {
            if (job == null) {
                return;
            }
            try {
                job.cancel(true);
            } catch (BlockException e) {
                throw new AssertionError("a job that has not started can be cancelled", e);
            }
        }
    }
}
