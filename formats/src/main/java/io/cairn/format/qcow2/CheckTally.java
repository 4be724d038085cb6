package io.cairn.format.qcow2;

import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;

/// What a check has found so far, and where it tells of it.
final class CheckTally {
    private final CheckRequest request;

    long checkErrors;
    long corruptions;
    long leaks;
    long corruptionsFixed;
    long leaksFixed;
    long imageEnd;
    long allocated;
    long fragmented;
    long compressed;

    /// The refcount structures cannot be mended entry by entry.
    boolean needsRebuild;

    /// A cluster has more references than a refcount of the image can count.
    boolean hasOverflow;

    /// A table could not be followed, so that clusters which nothing seems to refer to may be in
    /// use.
    boolean isIncomplete;

    CheckTally(CheckRequest request) {
        this.request = request;
    }

    CheckRequest request() {
        return request;
    }

    void say(String text) {
        request.messages().line(text);
    }

    void corruption(String text) {
        say("ERROR " + text);
        corruptions++;
    }

    CheckResult result(long totalClusters) {
        return new CheckResult(
                checkErrors,
                corruptions,
                leaks,
                corruptionsFixed,
                leaksFixed,
                imageEnd,
                totalClusters,
                allocated,
                fragmented,
                compressed);
    }
}
