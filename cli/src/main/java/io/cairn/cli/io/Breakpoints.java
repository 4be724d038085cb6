package io.cairn.cli.io;

import io.cairn.block.BlockEvent;
import io.cairn.block.EventSink;
import io.cairn.block.JobEvent;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.image.CorruptionReport;
import io.cairn.cli.image.Verification;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/// The requests that have stopped at breakpoints, told to the user as they stop and go on.
final class Breakpoints {
    private final EventLoop events;
    private final Stdout out;
    private final Messages messages;
    private final Set<String> suspended = ConcurrentHashMap.newKeySet();

    /// @param source sends what happens in the graph where it is told
    Breakpoints(Consumer<EventSink> source, EventLoop events, Stdout out, Messages messages) {
        this.events = events;
        this.out = out;
        this.messages = messages;
        source.accept(this::happened);
    }

    private void happened(BlockEvent event) {
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
            case BlockEvent.ImageCorrupted corrupted -> CorruptionReport.print(corrupted, messages);
            case BlockEvent.ContentMismatch mismatch -> Verification.fail(mismatch, messages, out);
            case BlockEvent.WriteThreshold _,
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
