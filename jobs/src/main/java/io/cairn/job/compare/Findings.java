package io.cairn.job.compare;

/// What the threads of a comparison have found; what counts is the finding at the lowest offset.
final class Findings {
    // Guarded by `this`.
    private long lowest = Long.MAX_VALUE;
    private CompareResult result = new CompareResult.Identical();

    synchronized void add(long offset, CompareResult finding) {
        if (offset < lowest) {
            lowest = offset;
            result = finding;
        }
    }

    /// Whether nothing has been found so far.
    synchronized boolean isEmpty() {
        return lowest == Long.MAX_VALUE;
    }

    synchronized CompareResult result() {
        return result;
    }
}
