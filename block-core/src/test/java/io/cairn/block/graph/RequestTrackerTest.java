package io.cairn.block.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/// Who waits for whom, and in which order.
@Timeout(60)
class RequestTrackerTest {
    private final RequestTracker tracker = new RequestTracker();

    @BeforeEach
    void enable() {
        tracker.enable(true);
    }

    private RequestTracker.Request begin(long offset, long length) throws BlockException {
        return Objects.requireNonNull(tracker.begin(offset, length, true, false));
    }

    /// A request on a thread of its own.
    private final class Other {
        private final CompletableFuture<RequestTracker.Request> begun = new CompletableFuture<>();
        private final Thread thread;

        Other(long offset, long length) {
            thread = Thread.ofPlatform().start(() -> run(offset, length));
        }

        private void run(long offset, long length) {
            try {
                begun.complete(begin(offset, length));
            } catch (BlockException e) {
                begun.completeExceptionally(e);
            }
        }

        void awaitWaiting() {
            while (thread.getState() != Thread.State.WAITING) {
                assertThat(begun).isNotDone();
                Thread.onSpinWait();
            }
        }

        RequestTracker.Request begun() throws InterruptedException, ExecutionException {
            return begun.get();
        }
    }

    @Test
    void oneThatWaitsKeepsNobodyFromAFreeRange() throws Exception {
        RequestTracker.Request running = begin(0, 4096);
        Other waiting = new Other(2048, 8192);
        waiting.awaitWaiting();

        RequestTracker.Request free = begin(6144, 512);

        tracker.end(running);
        waiting.awaitWaiting();
        tracker.end(free);
        tracker.end(waiting.begun());
    }

    @Test
    void aRangeGoesToWhoHasWaitedLongestAndNotToWhoComesNext() throws Exception {
        RequestTracker.Request running = begin(0, 512);
        Other first = new Other(0, 512);
        first.awaitWaiting();
        Other second = new Other(0, 512);
        second.awaitWaiting();

        tracker.end(running);
        Other third = new Other(0, 512);

        RequestTracker.Request got = first.begun();
        second.awaitWaiting();
        third.awaitWaiting();
        tracker.end(got);
        got = second.begun();
        third.awaitWaiting();
        tracker.end(got);
        tracker.end(third.begun());
    }

    @Test
    void allThatARangeKeptWaitingRunTogetherIfTheyMay() throws Exception {
        RequestTracker.Request running = begin(0, 4096);
        Other low = new Other(0, 2048);
        low.awaitWaiting();
        Other high = new Other(2048, 2048);
        high.awaitWaiting();

        tracker.end(running);

        RequestTracker.Request first = high.begun();
        tracker.end(low.begun());
        tracker.end(first);
    }
}
