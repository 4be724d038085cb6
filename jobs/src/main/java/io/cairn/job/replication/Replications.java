package io.cairn.job.replication;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.filter.Replication;
import io.cairn.block.filter.Replication.Mode;
import io.cairn.block.filter.Replication.Stage;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.job.scheduler.JobScheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// The `replication` nodes of a graph, which start, pass checkpoints and stop together
/// (`docs/block-replication.txt`; QMP reference manual, "xen-set-replication").
///
/// A call goes to the newest node first and ends at the first that fails; those before it keep what
/// was done. A node that is done, or on its way there, takes no part. Thread-safe: one call at a
/// time.
public final class Replications {
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Replication, SecondarySide> secondaries = new ConcurrentHashMap<>();
    private final BlockGraph graph;
    private final JobScheduler jobs;

    /// @param jobs runs what a secondary needs in the background, and tells nobody of it
    public Replications(BlockGraph graph, JobScheduler jobs) {
        this.graph = graph;
        this.jobs = jobs;
    }

    private interface Step {
        void run(BlockNode node, Replication replication) throws BlockException;
    }

    private void forEach(Step step) throws BlockException {
        lock.lock();
        try {
            for (BlockNode node : nodes()) {
                if (node.driverInstance() instanceof Replication replication
                        && replication.stage() != Stage.DONE
                        && replication.stage() != Stage.FAILING_OVER) {
                    step.run(node, replication);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Newest first.
    private List<BlockNode> nodes() {
        List<BlockNode> found = new ArrayList<>();
        for (BlockNode node : graph.nodes().reversed()) {
            if (node.driverInstance() instanceof Replication) {
                found.add(node);
            }
        }
        return found;
    }

    /// Starts all nodes. A secondary's first checkpoint is part of that; if it fails, the node runs
    /// all the same.
    ///
    /// @param mode the side of them all
    public void start(Mode mode) throws BlockException {
        forEach((node, replication) -> {
            if (replication.stage() != Stage.NONE) {
                throw new InvalidOptionException("Block replication is running or done");
            }
            if (replication.mode() != mode) {
                throw new InvalidOptionException(
                        "The parameter mode's value is invalid, needs "
                                + number(replication.mode())
                                + ", but got "
                                + number(mode));
            }
            if (mode == Mode.PRIMARY) {
                replication.enter(Stage.RUNNING);
            } else {
                startSecondary(node, replication);
            }
        });
    }

    /// A side as the error's text names it.
    private static int number(Mode mode) {
        return switch (mode) {
            case PRIMARY -> 0;
            case SECONDARY -> 1;
        };
    }

    private void startSecondary(BlockNode node, Replication replication) throws BlockException {
        SecondarySide side = new SecondarySide(graph, jobs, node, replication);
        side.start();
        secondaries.put(replication, side);
        replication.whenClosed(() -> {
            secondaries.remove(replication);
            side.abandon();
        });
        side.checkpoint();
    }

    /// Has all secondaries show their disks as they are now, and returns when all that was written
    /// to primaries has come to the other side: that is to be done first, while nobody writes.
    public void checkpoint() throws BlockException {
        forEach((node, replication) -> {
            if (replication.mode() == Mode.PRIMARY) {
                graph.drain(node).close();
                return;
            }
            SecondarySide side = secondaries.get(replication);
            if (side == null) {
                throw SecondarySide.hasNoBackup();
            }
            side.checkpoint();
        });
    }

    /// Stops all nodes.
    ///
    /// @param isFailover secondaries have what they show written to their disks, in the background
    /// @throws BlockException also without a failover if there is a secondary, as with the peer: it
    ///   shows what it did until now
    public void stop(boolean isFailover) throws BlockException {
        forEach((_, replication) -> {
            if (replication.stage() == Stage.RUNNING) {
                stop(replication, isFailover);
            } else if (!isFailover) {
                throw new InvalidOptionException("Block replication is not running");
            }
        });
    }

    private void stop(Replication replication, boolean isFailover) throws BlockException {
        if (replication.mode() == Mode.SECONDARY) {
            Objects.requireNonNull(secondaries.get(replication)).stop(isFailover);
        } else {
            replication.enter(Stage.DONE);
            replication.setFailed(false);
        }
    }

    /// Waits until no secondary is on its way to standing alone.
    public void awaitFailover() {
        secondaries.values().forEach(SecondarySide::awaitCommit);
    }

    /// What is wrong with a node, empty if all are well.
    public Optional<String> error() {
        for (BlockNode node : nodes()) {
            if (node.driverInstance() instanceof Replication replication) {
                if (replication.stage() == Stage.NONE) {
                    return Optional.of("Block replication is not running");
                }
                if (replication.hasFailed()) {
                    return Optional.of("I/O error occurred");
                }
            }
        }
        return Optional.empty();
    }
}
