package io.cairn.qmp.hmp;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;
import io.cairn.job.commit.LiveCommit;

import java.util.List;

/// Writes what a drive's image holds into its backing file, and empties it, while the monitor
/// waits.
final class HumanCommit {
    private final BlockGraph graph;

    HumanCommit(BlockGraph graph) {
        this.graph = graph;
    }

    void run(BlockBackend drive) throws BlockException {
        BlockNode top = drive.node();
        BlockNode base = top.nextImage();
        if (base == null) {
            throw BlockException.of(Errno.ENOTSUP, Errno.ENOTSUP.text());
        }
        top.requireUnblocked("commit-source");
        base.requireUnblocked("commit-target");
        boolean wasReadOnly = base.isReadOnly();
        if (wasReadOnly) {
            setReadOnly(base, false);
        }
        try {
            LiveCommit.run(graph, top, base);
        } finally {
            if (wasReadOnly) {
                setReadOnly(base, true);
            }
        }
    }

    private void setReadOnly(BlockNode node, boolean on) throws BlockException {
        graph.reopen(List.of(new ReopenRequest(node, new Options().put("read-only", on), true)));
    }
}
