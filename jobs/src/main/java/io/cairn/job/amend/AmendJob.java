package io.cairn.job.amend;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.Amendment;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.Options;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobSettings;

/// Has a driver change options of an open image (QMP reference manual, "x-blockdev-amend"). It
/// finalizes itself and stays listed until it is dismissed.
public final class AmendJob extends BlockJob {
    private final Amendment image;
    private final Options options;
    private final boolean isForced;

    private AmendJob(
            BlockGraph graph,
            JobScheduler scheduler,
            String id,
            Amendment image,
            Options options,
            boolean isForced)
            throws BlockException {
        super(graph, scheduler, JobSettings.of(id).withAutoDismiss(false), null);
        this.image = image;
        this.options = options;
        this.isForced = isForced;
        setLength(1);
    }

    /// Makes a job, which is to be {@linkplain JobScheduler#start started}.
    ///
    /// @param nodeName the image
    /// @param driver the driver that the options are for: the image's own
    /// @param options what is to change, by the names of creation options
    /// @param isForced also do what may lose the data
    public static AmendJob create(
            BlockGraph graph,
            JobScheduler scheduler,
            String id,
            String nodeName,
            String driver,
            Options options,
            boolean isForced)
            throws BlockException {
        BlockNode node = findNode(graph, nodeName);
        if (!node.driver().equals(driver)) {
            throw new InvalidOptionException(
                    "x-blockdev-amend doesn't support changing the block driver");
        }
        Amendment image = Amendment.begin(graph, node);
        boolean isDone = false;
        try {
            scheduler.requireFree(JobSettings.of(id));
            AmendJob job = new AmendJob(graph, scheduler, id, image, options, isForced);
            job.addTo(scheduler, node);
            isDone = true;
            return job;
        } finally {
            if (!isDone) {
                image.close();
            }
        }
    }

    private void addTo(JobScheduler scheduler, BlockNode node) throws BlockException {
        boolean isDone = false;
        try {
            use(node, Permissions.NONE, Permissions.ALL);
            scheduler.add(this);
            isDone = true;
        } finally {
            if (!isDone) {
                release();
            }
        }
    }

    @Override
    protected void clean() {
        image.close();
        super.clean();
    }

    @Override
    public String type() {
        return "amend";
    }

    @Override
    public boolean isBlockJob() {
        return false;
    }

    @Override
    protected String errorText(BlockException e) {
        return e.getMessage();
    }

    @Override
    protected void run() throws BlockException {
        checkpoint();
        try {
            image.amend(new Options(options), isForced);
        } finally {
            advance(1);
        }
    }
}
