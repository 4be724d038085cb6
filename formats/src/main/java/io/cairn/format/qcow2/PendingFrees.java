package io.cairn.format.qcow2;

import java.util.ArrayDeque;

/// Host clusters that lost a reference in memory, until their refcounts may be lowered: a cluster
/// is free only when nothing on the disk refers to it any more and nobody still uses an offset
/// looked up before.
///
/// So a run of clusters passes three states: its removal is in memory; written; on stable storage.
/// Then it waits until all pins of its time are gone. Guarded by the image's metadata lock.
final class PendingFrees {
    /// Takes runs whose time has come.
    @FunctionalInterface
    interface Release {
        /// Lowers the refcounts of the clusters by one.
        void release(long first, long count, FreeReason reason);
    }

    private record Batch(Epochs.Epoch epoch, LongRuns runs) {}

    private static final FreeReason[] REASONS = FreeReason.values();

    private final Epochs epochs;
    private final ArrayDeque<Batch> stable = new ArrayDeque<>();
    private LongRuns fresh = new LongRuns();
    private LongRuns written = new LongRuns();
    private long unflushed;

    PendingFrees(Epochs epochs) {
        this.epochs = epochs;
    }

    /// Clusters whose removal is in memory.
    void add(long first, long count, FreeReason reason) {
        fresh.add(first, count, reason.ordinal());
        unflushed += count;
    }

    /// Clusters whose removal has been written already.
    void addWritten(long first, long count, FreeReason reason) {
        written.add(first, count, reason.ordinal());
        unflushed += count;
    }

    boolean isEmpty() {
        return unflushed == 0 && stable.isEmpty();
    }

    /// How many clusters wait for a flush.
    long unflushedClusters() {
        return unflushed;
    }

    /// All removals in memory have been written.
    void metadataWritten() {
        written.addAll(fresh);
        fresh.clear();
    }

    /// What was written is on stable storage.
    void flushed() {
        if (!written.isEmpty()) {
            for (int i = 0; i < written.size(); i++) {
                unflushed -= written.count(i);
            }
            stable.add(new Batch(epochs.turn(), written));
            written = new LongRuns();
        }
    }

    /// Hands over the runs that nobody can use any more.
    void release(Release release) {
        while (!stable.isEmpty() && stable.getFirst().epoch().isLeft()) {
            LongRuns runs = stable.removeFirst().runs();
            for (int i = 0; i < runs.size(); i++) {
                release.release(runs.first(i), runs.count(i), REASONS[runs.tag(i)]);
            }
        }
    }
}
