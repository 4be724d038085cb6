package io.cairn.job.commit;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.option.Options;
import io.cairn.job.JobControl;
import io.cairn.job.RateLimit;
import io.cairn.job.filter.CommitTop;
import io.cairn.job.filter.JobFilterDriver;

/// Writes what a node holds into its backing node and empties it, on the calling thread, while
/// others use the node.
public final class LiveCommit {
    private static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
    private static final Permissions WRITE = Permissions.of(Permission.WRITE);

    private LiveCommit() {}

    /// @param base the image below `top`, which is writable and made as long as `top`
    public static void run(BlockGraph graph, BlockNode top, BlockNode base) throws BlockException {
        // The base changes below users of the top who let nobody write; a filter stands between.
        ChainChanges changes = new ChainChanges(graph);
        BlockNode filter =
                changes.insertFilter(
                        base,
                        new JobFilterDriver(CommitTop.NAME, (shown, _) -> new CommitTop(shown)),
                        new Options().put(JobFilterDriver.CHILD, base.name()),
                        true);
        try {
            copy(graph, top, base);
        } finally {
            changes.removeFilter(filter, base);
        }
    }

    private static void copy(BlockGraph graph, BlockNode top, BlockNode base)
            throws BlockException {
        Permissions writes = base.length() < top.length() ? WRITE.plus(Permission.RESIZE) : WRITE;
        try (BlockBackend source =
                        graph.newBackend(
                                "", top, READ.plus(Permission.WRITE_UNCHANGED), Permissions.ALL);
                BlockBackend target = graph.newBackend("", base, writes, Permissions.ALL)) {
            new Commit(source, target, RateLimit.NONE, new JobControl()).run();
            if (!top.isFilter()) {
                source.makeEmpty();
                source.flush();
            }
        }
    }
}
