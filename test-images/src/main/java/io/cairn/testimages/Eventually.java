package io.cairn.testimages;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Waiting for what other threads or programs bring about.
public final class Eventually {
    private static final long PATIENCE_SECONDS = 60;

    private Eventually() {}

    /// Waits until something holds, and fails with its name if it does not within a minute.
    ///
    /// @param what for the message, as in "no connection holds a thread"
    public static void await(String what, BooleanSupplier holds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError(
                        "after " + PATIENCE_SECONDS + " s it is still not so that " + what);
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new AssertionError("interrupted while waiting until " + what, e);
            }
        }
    }
}
