package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;
import io.cairn.job.JobControl;

/// Checks the metadata of an image, and repairs it.
public final class CheckImage {
    private CheckImage() {}

    /// Hears what a check finds.
    public interface Listener {
        /// A finding, in the words that users of the tools know.
        void found(String line);

        /// The repair has ended, and the image is looked at once more.
        default void repaired(CheckResult result) {}
    }

    /// Looks at all metadata of an image. After a repair it is looked at once more: the result then
    /// is that of the second look, with the counts of what was repaired.
    ///
    /// @param node the image; writable if anything is to be repaired
    /// @throws BlockException with `ENOTSUP` if the format cannot be checked or repaired so
    public static CheckResult run(
            BlockNode node, Repair repair, Listener listener, JobControl control)
            throws BlockException {
        CheckResult first = check(node, repair, listener, control);
        if (first.corruptionsFixed() == 0 && first.leaksFixed() == 0) {
            return first;
        }
        listener.repaired(first);
        CheckResult second = check(node, Repair.NOTHING, listener, control);
        return withFixes(second, first.corruptionsFixed(), first.leaksFixed());
    }

    private static CheckResult check(
            BlockNode node, Repair repair, Listener listener, JobControl control)
            throws BlockException {
        CheckRequest request =
                new CheckRequest(
                        repair != Repair.NOTHING,
                        repair == Repair.ALL,
                        listener::found,
                        (current, total) -> {
                            control.checkpoint();
                            control.report(current, total);
                        });
        return node.driverInstance().check(request);
    }

    private static CheckResult withFixes(CheckResult result, long corruptions, long leaks) {
        return new CheckResult(
                result.checkErrors(),
                result.corruptions(),
                result.leaks(),
                corruptions,
                leaks,
                result.imageEndOffset(),
                result.totalClusters(),
                result.allocatedClusters(),
                result.fragmentedClusters(),
                result.compressedClusters());
    }
}
