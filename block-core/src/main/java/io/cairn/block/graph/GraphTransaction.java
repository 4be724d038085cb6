package io.cairn.block.graph;

import io.cairn.block.spi.Prepared;

import java.util.ArrayList;
import java.util.List;

/// One change of the graph: every step is prepared, then all are committed, which cannot fail, or
/// all are undone.
///
/// Used under the graph's writer lock by one thread. Closing without {@link #commit} undoes.
final class GraphTransaction implements AutoCloseable {
    private final List<Prepared> steps = new ArrayList<>();
    private boolean committed;

    /// Adds a step that has been prepared.
    void add(Prepared step) {
        if (step != Prepared.NOTHING) {
            steps.add(step);
        }
    }

    /// Adds a step that has already happened and can be undone.
    void onAbort(Runnable undo) {
        steps.add(
                new Prepared() {
                    @Override
                    public void commit() {}

                    @Override
                    public void abort() {
                        undo.run();
                    }
                });
    }

    /// Adds something to do once all is certain.
    void onCommit(Runnable action) {
        steps.add(
                new Prepared() {
                    @Override
                    public void commit() {
                        action.run();
                    }

                    @Override
                    public void abort() {}
                });
    }

    void commit() {
        committed = true;
        for (Prepared step : steps) {
            step.commit();
        }
    }

    @Override
    public void close() {
        if (!committed) {
            for (Prepared step : steps.reversed()) {
                step.abort();
            }
        }
    }
}
