package io.cairn.cli.daemon;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/// Keeps what commands have left behind from becoming memory of the process for good.
///
/// The heap of the virtual machine grows up to its limit before anybody looks for garbage among
/// objects that have lived for a while, such as a thousand answers that a client left unread. So
/// whoever has run a command looks here: if the heap is large, and twice what it was after it was
/// last looked through, it is looked through.
///
/// May be used by any thread.
public final class HeapWatch {
    /// Less than that is no reason to stop everybody.
    static final long LEAST = 48L << 20;

    private final LongSupplier heapSize;
    private final Runnable collection;
    private final AtomicLong limit = new AtomicLong(LEAST);

    /// @param heapSize tells how much memory the heap has now, in bytes
    /// @param collection takes the garbage away and gives the memory back
    HeapWatch(LongSupplier heapSize, Runnable collection) {
        this.heapSize = heapSize;
        this.collection = collection;
    }

    /// That of this process.
    public static HeapWatch ofProcess() {
        Runtime runtime = Runtime.getRuntime();
        return new HeapWatch(runtime::totalMemory, runtime::gc);
    }

    /// Looks whether the heap has become too large.
    public void look() {
        long seen = limit.get();
        if (heapSize.getAsLong() <= seen || !limit.compareAndSet(seen, Long.MAX_VALUE)) {
            return;
        }
        collection.run();
        limit.set(Math.max(LEAST, 2 * heapSize.getAsLong()));
    }
}
