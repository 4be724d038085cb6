package io.cairn.job.convert;

/// How an image is converted.
///
/// @param sparseBytes runs of so many zero bytes are not written as data; 0 to write everything out
/// @param compressed the target stores the data compressed
/// @param outOfOrder data may be written in another order than the guest's
/// @param workers how many threads work at most, 1 to {@link #MAX_WORKERS}
/// @param copyOffload ranges are copied inside the host where that is possible
/// @param salvage what cannot be read is replaced by zeroes
/// @param bytesPerSecond how much is moved in a second, 0 for no limit
/// @param content what the target reads as so far
public record ConvertOptions(
        long sparseBytes,
        boolean compressed,
        boolean outOfOrder,
        int workers,
        boolean copyOffload,
        boolean salvage,
        long bytesPerSecond,
        TargetContent content) {
    /// The most threads that may work on one image.
    public static final int MAX_WORKERS = 16;

    /// Runs of a page or more are left out; in order; a handful of workers; nothing is known of the
    /// target.
    public static final ConvertOptions DEFAULT =
            new ConvertOptions(4096, false, false, 8, false, false, 0, TargetContent.UNKNOWN);

    public ConvertOptions {
        if (sparseBytes < 0 || workers < 1 || workers > MAX_WORKERS || bytesPerSecond < 0) {
            throw new IllegalArgumentException("options out of range");
        }
    }

    public ConvertOptions withSparseBytes(long bytes) {
        Values values = new Values(this);
        values.sparseBytes = bytes;
        return values.toOptions();
    }

    public ConvertOptions withCompressed(boolean on) {
        Values values = new Values(this);
        values.compressed = on;
        return values.toOptions();
    }

    public ConvertOptions withOutOfOrder(boolean on) {
        Values values = new Values(this);
        values.outOfOrder = on;
        return values.toOptions();
    }

    public ConvertOptions withWorkers(int count) {
        Values values = new Values(this);
        values.workers = count;
        return values.toOptions();
    }

    public ConvertOptions withCopyOffload(boolean on) {
        Values values = new Values(this);
        values.copyOffload = on;
        return values.toOptions();
    }

    public ConvertOptions withSalvage(boolean on) {
        Values values = new Values(this);
        values.salvage = on;
        return values.toOptions();
    }

    public ConvertOptions withBytesPerSecond(long rate) {
        Values values = new Values(this);
        values.bytesPerSecond = rate;
        return values.toOptions();
    }

    public ConvertOptions withContent(TargetContent known) {
        Values values = new Values(this);
        values.content = known;
        return values.toOptions();
    }

    /// The components while one of them is being changed.
    private static final class Values {
        private long sparseBytes;
        private boolean compressed;
        private boolean outOfOrder;
        private int workers;
        private boolean copyOffload;
        private boolean salvage;
        private long bytesPerSecond;
        private TargetContent content;

        Values(ConvertOptions options) {
            sparseBytes = options.sparseBytes();
            compressed = options.compressed();
            outOfOrder = options.outOfOrder();
            workers = options.workers();
            copyOffload = options.copyOffload();
            salvage = options.salvage();
            bytesPerSecond = options.bytesPerSecond();
            content = options.content();
        }

        ConvertOptions toOptions() {
            return new ConvertOptions(
                    sparseBytes,
                    compressed,
                    outOfOrder,
                    workers,
                    copyOffload,
                    salvage,
                    bytesPerSecond,
                    content);
        }
    }
}
