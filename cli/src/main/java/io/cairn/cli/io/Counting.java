package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;

/// Asynchronous requests on a drive, which count among those of its guest. Synchronous ones do not.
final class Counting {
    private Counting() {}

    /// Makes a request.
    static void run(BlockBackend image, OperationKind kind, long bytes, Accounting.Request request)
            throws BlockException {
        Accounting accounting = image.accounting().orElse(null);
        if (accounting == null) {
            request.run();
        } else {
            accounting.account(kind, bytes, request);
        }
    }

    /// Counts a request that was never made as invalid.
    static void invalid(BlockBackend image, OperationKind kind) {
        image.accounting().ifPresent(accounting -> accounting.invalid(kind));
    }
}
