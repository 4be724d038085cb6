package io.cairn.qmp.transaction;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.qmp.command.QmpException;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// Makes all of some changes, or none (QMP reference manual, "transaction").
public final class Transaction {
    private final BlockGraph graph;

    public Transaction(BlockGraph graph) {
        this.graph = graph;
    }

    /// Makes the changes in their order. If there are several, the nodes that they touch are
    /// drained meanwhile, so that all of them are of one moment.
    public void run(List<Action> actions) throws BlockException, QmpException {
        Deque<BlockGraph.Drain> drains = new ArrayDeque<>();
        try {
            if (actions.size() > 1) {
                for (Action action : actions) {
                    for (BlockNode node : action.drained()) {
                        drains.push(graph.drain(node));
                    }
                }
            }
            runDrained(actions);
        } finally {
            drains.forEach(BlockGraph.Drain::close);
        }
    }

    private static void runDrained(List<Action> actions) throws BlockException, QmpException {
        List<Action> prepared = new ArrayList<>();
        boolean isDone = false;
        try {
            for (Action action : actions) {
                action.prepare();
                prepared.add(action);
            }
            isDone = true;
        } finally {
            if (!isDone) {
                prepared.reversed().forEach(Action::abort);
            }
        }
        prepared.forEach(Action::commit);
    }
}
