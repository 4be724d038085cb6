package io.cairn.bench;

/// A job that both sides run, on nodes of the same names.
enum JobKind {
    /// `source` to `target`, until both are the same.
    MIRROR(1.0),
    /// `middle` into `base`, below `top`.
    COMMIT(1.0),
    /// `source` into `top` above it.
    STREAM(1.0),
    /// `source` to `target`.
    BACKUP(1.2);

    private final double goal;

    JobKind(double goal) {
        this.goal = goal;
    }

    /// The least ratio of the peer's time to ours.
    double goal() {
        return goal;
    }
}
