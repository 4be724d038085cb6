package io.cairn.job.replication;

import io.cairn.block.BlockException;
import io.cairn.block.ChildRole;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.filter.Replication;
import io.cairn.block.filter.Replication.Stage;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.job.backup.BackupJob;
import io.cairn.job.backup.Backups;
import io.cairn.job.commit.CommitJobs;
import io.cairn.job.scheduler.Job;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/// A secondary node that was started, with the jobs that it needs.
///
/// Its child is the active disk, which takes what the node's users write; below that stands the
/// hidden disk and below that the secondary disk, which a primary writes. While the node runs, a
/// backup keeps in the hidden disk what the primary overwrites; a checkpoint empties both. After a
/// failover the active disk is committed into the secondary disk, which then is the node's child.
final class SecondarySide {
    private static final Set<ChildRole> DATA = Set.of(ChildRole.DATA);
    private static final String REASON = "Block device is in use by internal backup job";

    private final BlockGraph graph;
    private final JobScheduler jobs;
    private final BlockNode node;
    private final Replication replication;
    private final ChainChanges changes;
    private final List<BlockNode> madeWritable = new ArrayList<>();

    /// The node on which all operations are blocked, while they are.
    private final AtomicReference<@Nullable BlockNode> blockedTop = new AtomicReference<>();

    private volatile @Nullable BackupJob backup;
    private volatile @Nullable Job commit;

    SecondarySide(BlockGraph graph, JobScheduler jobs, BlockNode node, Replication replication) {
        this.graph = graph;
        this.jobs = jobs;
        this.node = node;
        this.replication = replication;
        this.changes = new ChainChanges(graph);
    }

    static BlockException hasNoBackup() {
        return new InvalidOptionException("Backup job was cancelled unexpectedly");
    }

    private JobSettings settings() {
        return JobSettings.internal("replication-" + node.name());
    }

    /// Has the backup stand and lets requests come, or leaves everything as it was.
    void start() throws BlockException {
        BlockNode active = activeDisk();
        BlockNode hidden = below(active, "Active disk doesn't have backing file");
        BlockNode secondary = below(hidden, "Hidden disk doesn't have backing file");
        requireFit(active, hidden, secondary);
        boolean isDone = false;
        try {
            makeWritable(hidden);
            makeWritable(secondary);
            Child first = changes.attachChild(node, Replication.HIDDEN_DISK, DATA, hidden);
            Child second = changes.attachChild(node, Replication.SECONDARY_DISK, DATA, secondary);
            replication.setDisks(new Replication.Disks(first, second));
            blockTop();
            startBackup(secondary, hidden);
            isDone = true;
        } finally {
            if (!isDone) {
                undoStart();
            }
        }
        replication.enter(Stage.RUNNING);
    }

    private void requireFit(BlockNode active, BlockNode hidden, BlockNode secondary)
            throws BlockException {
        if (!secondary.hasFrontEnd()) {
            throw new InvalidOptionException("The secondary disk doesn't have block backend");
        }
        if (active.length() != hidden.length() || hidden.length() != secondary.length()) {
            throw new InvalidOptionException(
                    "Active disk, hidden disk, secondary disk's length are not the same");
        }
        if (!active.driverInstance().supportsMakeEmpty()
                || !hidden.driverInstance().supportsMakeEmpty()) {
            throw new InvalidOptionException(
                    "Active disk or hidden disk doesn't support make_empty");
        }
        if (node.isReadOnly()) {
            throw new InvalidOptionException("Block node is read-only");
        }
    }

    private BlockNode activeDisk() {
        return node.child("file").orElseThrow().node();
    }

    private static BlockNode below(BlockNode image, String otherwise) throws BlockException {
        ChildEdge backing = image.backing();
        if (backing == null) {
            throw new InvalidOptionException(otherwise);
        }
        return backing.node();
    }

    private void makeWritable(BlockNode disk) throws BlockException {
        if (disk.isReadOnly()) {
            setReadOnly(disk, false);
            madeWritable.add(disk);
        }
    }

    private void setReadOnly(BlockNode disk, boolean on) throws BlockException {
        graph.reopen(List.of(new ReopenRequest(disk, new Options().put("read-only", on), true)));
    }

    private void blockTop() throws BlockException {
        BlockNode top = find(replication.topName());
        if (top == null || !top.isRoot() || !isBelow(top, new HashSet<>())) {
            throw new InvalidOptionException("No top_bs or it is invalid");
        }
        top.blockAll(REASON);
        blockedTop.set(top);
    }

    private @Nullable BlockNode find(@Nullable String name) {
        if (name == null) {
            return null;
        }
        BlockBackend device = graph.devices().find(name).orElse(null);
        ChildEdge root = device == null ? null : device.root();
        return root == null ? graph.find(name).orElse(null) : root.node();
    }

    /// True if the replicating node is that one or one of those that it stands on.
    ///
    /// @param seen nodes that were looked at
    private boolean isBelow(BlockNode top, Set<BlockNode> seen) {
        return top == node
                || (seen.add(top)
                        && top.children().stream().anyMatch(child -> isBelow(child.node(), seen)));
    }

    private void unblockTop() {
        BlockNode top = blockedTop.getAndSet(null);
        if (top != null) {
            top.unblockAll(REASON);
        }
    }

    private void startBackup(BlockNode secondary, BlockNode hidden) throws BlockException {
        BackupJob job = Backups.createInternal(graph, jobs, settings(), secondary, hidden);
        job.whenEnded(_ -> {
            backup = null;
            replication.setFailed(true);
            unblockTop();
        });
        backup = job;
        jobs.start(job);
    }

    private void undoStart() {
        unblockTop();
        letDisksGo();
        for (BlockNode disk : madeWritable) {
            try {
                setReadOnly(disk, true);
            } catch (BlockException e) {
                // It stays writable, which hurts nobody.
            }
        }
        madeWritable.clear();
    }

    private void letDisksGo() {
        replication.setDisks(null);
        changes.detachChild(node, Replication.SECONDARY_DISK);
        changes.detachChild(node, Replication.HIDDEN_DISK);
    }

    /// Has the node show the secondary disk as it is now.
    void checkpoint() throws BlockException {
        BackupJob job = backup;
        if (job == null) {
            throw hasNoBackup();
        }
        BlockNode active = activeDisk();
        BlockNode hidden = node.child(Replication.HIDDEN_DISK).orElseThrow().node();
        BlockNode secondary = node.child(Replication.SECONDARY_DISK).orElseThrow().node();
        changes.whileDrained(
                secondary,
                () ->
                        changes.whileDrained(
                                node,
                                () -> {
                                    empty(active);
                                    empty(hidden);
                                    job.restart();
                                }));
    }

    private void empty(BlockNode disk) throws BlockException {
        try {
            changes.makeEmpty(disk);
        } catch (BlockException e) {
            throw BlockException.of(e.errno(), "Failed to empty " + disk.filename());
        }
    }

    /// Ends the backup, and has the secondary disk written if the node is to stand alone.
    void stop(boolean isFailover) throws BlockException {
        BackupJob job = backup;
        if (job != null) {
            cancel(job);
            job.awaitConcluded();
        }
        if (!isFailover) {
            replication.enter(Stage.DONE);
            throw hasNoBackup();
        }
        replication.enter(Stage.FAILING_OVER);
        boolean isStarted = false;
        try {
            BlockNode secondary = node.child(Replication.SECONDARY_DISK).orElseThrow().node();
            Job writing =
                    CommitJobs.createInternal(graph, jobs, settings(), activeDisk(), secondary);
            writing.whenEnded(isSuccessful -> commitEnded(isSuccessful, secondary));
            commit = writing;
            jobs.start(writing);
            isStarted = true;
        } finally {
            if (!isStarted) {
                failoverFailed();
            }
        }
    }

    private void commitEnded(boolean isSuccessful, BlockNode secondary) {
        commit = null;
        // A job that was cancelled once both disks were the same ends well, but changes nothing.
        boolean isDone =
                isSuccessful
                        && node.child("file").filter(file -> file.node() == secondary).isPresent();
        if (!isDone) {
            failoverFailed();
            return;
        }
        letDisksGo();
        replication.setFailed(false);
        replication.enter(Stage.DONE);
    }

    void awaitCommit() {
        Job job = commit;
        if (job != null) {
            job.awaitConcluded();
        }
    }

    private void failoverFailed() {
        replication.setFailed(true);
        replication.enter(Stage.FAILOVER_FAILED);
    }

    /// The node is gone.
    void abandon() {
        Job job = commit;
        if (job != null) {
            cancel(job);
        }
    }

    private static void cancel(Job job) {
        try {
            job.cancel(true);
        } catch (BlockException e) {
            // It is ending by itself.
        }
    }
}
