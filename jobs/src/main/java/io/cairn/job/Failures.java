package io.cairn.job;

import io.cairn.block.BlockException;

/// Failures of the block layer as an operation reports them.
public final class Failures {
    private Failures() {}

    /// A failure while the operation did something: `doing: strerror`, with what the cause knows
    /// beyond that as detail.
    public static BlockException during(String doing, BlockException cause) {
        BlockException failure = BlockException.of(cause.errno(), doing);
        failure.initCause(cause);
        cause.node().ifPresent(failure::atNode);
        if (!cause.errno().text().equals(cause.getMessage())) {
            failure.withDetail(cause.getMessage());
        }
        return failure;
    }
}
