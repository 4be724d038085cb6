package io.cairn.job.scheduler;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.ChildEdge;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A job that works on nodes of a graph: holds what it uses of them, and lets all of it go when it
/// is over.
///
/// The nodes' drains pause the job. What is held is touched by the thread that makes the job, and
/// later by the one that ends it.
public abstract class BlockJob extends Job {
    private final BlockGraph graph;
    private final ChainChanges changes;
    private final List<BlockBackend> backends = new CopyOnWriteArrayList<>();
    private final List<BlockNode> blocked = new ArrayList<>();
    private final List<ChainChanges.Frozen> frozen = new ArrayList<>();
    private final List<BlockNode> madeWritable = new ArrayList<>();

    private final BlockBackend.DrainListener drains =
            new BlockBackend.DrainListener() {
                @Override
                public void drainBegun() {
                    pace().beginPause();
                }

                @Override
                public void drainEnded() {
                    pace().endPause();
                }

                @Override
                public void awaitQuiet() {
                    pace().awaitQuiet();
                }
            };

    /// Makes a job that holds nothing yet.
    protected BlockJob(
            BlockGraph graph,
            JobScheduler scheduler,
            JobSettings settings,
            @Nullable JobGroup group)
            throws BlockException {
        super(scheduler, settings, group);
        this.graph = graph;
        this.changes = new ChainChanges(graph);
    }

    /// True if the job works on a node.
    final boolean uses(BlockNode node) {
        for (BlockBackend backend : backends) {
            ChildEdge root = backend.root();
            if (root != null && root.node() == node) {
                return true;
            }
        }
        return false;
    }

    /// The graph of the job's nodes.
    protected final BlockGraph graph() {
        return graph;
    }

    /// Changes of the graph, for the making and the ending of the job.
    protected final ChainChanges changes() {
        return changes;
    }

    /// Takes a backend on a node for as long as the job lives.
    protected final BlockBackend use(BlockNode node, Permissions needed, Permissions shared)
            throws BlockException {
        return use(node, "main node", needed, shared);
    }

    /// The same for a node that messages call by its part in the job.
    protected final BlockBackend use(
            BlockNode node, String role, Permissions needed, Permissions shared)
            throws BlockException {
        String shown = settings().isInternal() ? "" : id();
        String job = type() + " job '" + shown + "'";
        BlockBackend backend =
                graph.newJobBackend(
                        node, needed, shared, new BlockBackend.JobUse(shown, job, role, drains));
        backends.add(backend);
        return backend;
    }

    /// Lets a backend go before the job ends.
    protected final void drop(BlockBackend backend) {
        backends.remove(backend);
        backend.close();
    }

    /// Keeps other operations off a node.
    protected final void block(BlockNode node) {
        node.blockAll(reason());
        blocked.add(node);
    }

    private String reason() {
        return "block device is in use by block job: " + type();
    }

    /// Keeps the links from a node down to a base as they are.
    protected final void freeze(BlockNode top, @Nullable BlockNode base) throws BlockException {
        frozen.add(changes.freeze(top, base));
    }

    /// Makes a node writable for as long as the job lives.
    protected final void makeWritable(BlockNode node) throws BlockException {
        if (node.isReadOnly()) {
            setReadOnly(node, false);
            madeWritable.add(node);
        }
    }

    /// Leaves a node writable when the job ends: it is what guests write to now.
    protected final void leaveWritable(BlockNode node) {
        madeWritable.remove(node);
    }

    private void setReadOnly(BlockNode node, boolean on) throws BlockException {
        graph.reopen(List.of(new ReopenRequest(node, new Options().put("read-only", on), true)));
    }

    /// Lets frozen links and blocked operations go, so that the graph can be changed.
    protected final void unfreeze() {
        frozen.forEach(ChainChanges.Frozen::close);
        frozen.clear();
        blocked.forEach(node -> node.unblockAll(reason()));
        blocked.clear();
    }

    /// Gives up the use of all nodes, whose other users may need what the job has kept from them.
    protected final void leaveNodes() {
        backends.reversed().forEach(BlockBackend::close);
        backends.clear();
    }

    /// Lets go all that is held. May be called again.
    protected final void release() {
        unfreeze();
        leaveNodes();
        for (BlockNode node : madeWritable) {
            try {
                setReadOnly(node, true);
            } catch (BlockException e) {
                // It stays writable, which hurts nobody.
            }
        }
        madeWritable.clear();
    }

    @Override
    protected void clean() {
        release();
    }

    /// What an image is to say of a node as its backing file.
    ///
    /// @param filename null for the node's own
    protected static BackingReference reference(BlockNode backing, @Nullable String filename) {
        BlockNode image = backing;
        for (BlockNode shown = image.filtered(); shown != null; shown = image.filtered()) {
            image = shown;
        }
        return new BackingReference(filename == null ? image.filename() : filename, image.driver());
    }

    /// The node that an argument names, itself or by the drive whose root it is.
    public static BlockNode find(BlockGraph graph, String name) throws BlockException {
        return graph.lookup(name);
    }

    /// The node that an argument names which takes nothing but nodes.
    public static BlockNode findNode(BlockGraph graph, String name) throws BlockException {
        return graph.find(name)
                .orElseThrow(() ->
                        new BlockException(
                                Errno.ENOENT,
                                "Cannot find device='' nor node-name='" + name + "'"));
    }
}
