package io.cairn.cli.io;

import io.cairn.block.BlockEvent;
import io.cairn.block.EventSink;
import io.cairn.block.JobEvent;
import io.cairn.cli.console.Stdout;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The requests that have stopped at breakpoints, told to the user as they stop and go on.
final class Breakpoints implements EventSink {
    private final EventLoop events;
    private final Stdout out;
    private final Set<String> suspended = ConcurrentHashMap.newKeySet();

    Breakpoints(EventLoop events, Stdout out) {
        this.events = events;
        this.out = out;
    }

    @Override
    public void emit(BlockEvent event) {
        switch (event) {
            case BlockEvent.RequestSuspended stop -> {
                out.println("blkdebug: Suspended request '" + stop.tag() + "'");
                suspended.add(stop.tag());
                events.post(() -> {});
            }
            case BlockEvent.RequestResumed resumption -> {
                suspended.remove(resumption.tag());
                out.println("blkdebug: Resuming request '" + resumption.tag() + "'");
            }
            case BlockEvent.ImageCorrupted _,
                    BlockEvent.ContentMismatch _,
                    BlockEvent.WriteThreshold _,
                    BlockEvent.QuorumReportBad _,
                    BlockEvent.QuorumFailure _,
                    JobEvent _ -> {}
        }
    }

    /// Takes events until a request has stopped under the tag.
    void await(String tag) {
        events.takeUntil(() -> suspended.contains(tag));
    }
}
