package io.cairn.block.filter;

import io.cairn.block.spi.Child;

import org.jspecify.annotations.Nullable;

/// An open `replication` node as those see it who start and stop what it does.
///
/// The node decides by its side and stage what becomes of requests; it starts nothing itself.
/// Thread-safe.
public interface Replication {
    /// The name of the edge to the disk that keeps what a primary overwrites.
    String HIDDEN_DISK = "hidden disk";

    /// The name of the edge to the disk that takes a primary's writes.
    String SECONDARY_DISK = "secondary disk";

    /// The side on which a node stands (QMP reference manual, "ReplicationMode").
    enum Mode {
        /// Writes go to the node's child, which stands for the other side; nothing is read.
        PRIMARY,
        /// The node shows a disk as it was at the last checkpoint, with what its own users have
        /// written since.
        SECONDARY
    }

    /// How far a node has come. It goes through these in order, and each once.
    enum Stage {
        /// Nobody has started it; requests fail.
        NONE,
        RUNNING,
        /// A secondary that is to stand alone is having its disk written.
        FAILING_OVER,
        /// That did not succeed: writes go to where the data are that a reader sees.
        FAILOVER_FAILED,
        /// It is over; a primary's requests fail, a secondary is one with its child.
        DONE
    }

    /// The side on which the node stands.
    Mode mode();

    /// The node or device at whose root the users of a secondary are; null with a primary.
    @Nullable String topName();

    /// How far the node has come.
    Stage stage();

    /// Goes on to a stage.
    void enter(Stage next);

    /// True if something has failed that users of the node are not told of.
    boolean hasFailed();

    /// Says so from now on, or that all is well again.
    void setFailed(boolean on);

    /// Says where the disks are that a secondary has beside its child; null once it has none.
    void setDisks(@Nullable Disks disks);

    /// Has somebody hear that the node is closed, under the graph's writer lock.
    void whenClosed(Runnable listener);

    /// Disks that a secondary has beside its child.
    ///
    /// @param hidden what the child stands on: keeps what a primary overwrites
    /// @param secondary what that stands on: takes a primary's writes
    record Disks(Child hidden, Child secondary) {}
}
