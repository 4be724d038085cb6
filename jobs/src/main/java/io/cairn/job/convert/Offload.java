package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;

import java.util.concurrent.atomic.AtomicInteger;

/// Copies ranges inside the host as long as that gets anywhere.
///
/// What fails is left to reading and writing, which tell the reason if it is one for those too.
final class Offload {
    /// Ranges in a row that could not be copied, after which it is not tried any more.
    private static final int MAX_MISSES = 8;

    private final JoinedDisk source;
    private final BlockBackend target;
    private final AtomicInteger misses;

    Offload(JoinedDisk source, BlockBackend target, boolean isWanted) {
        this.source = source;
        this.target = target;
        this.misses = new AtomicInteger(isWanted ? 0 : MAX_MISSES);
    }

    boolean isWorthATry() {
        return misses.get() < MAX_MISSES;
    }

    /// Copies a range; false if it has to be read and written.
    boolean copy(Range range) {
        boolean isCopied;
        try {
            isCopied = source.copyTo(target, range.offset(), range.length());
        } catch (BlockException _) {
            isCopied = false;
        }
        if (isCopied) {
            misses.set(0);
        } else {
            misses.getAndIncrement();
        }
        return isCopied;
    }
}
