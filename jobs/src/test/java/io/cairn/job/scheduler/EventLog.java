package io.cairn.job.scheduler;

import io.cairn.block.BlockEvent;
import io.cairn.block.EventSink;
import io.cairn.block.JobEvent;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// Events in the order in which they came, which a test can wait for.
public final class EventLog implements EventSink {
    private final List<BlockEvent> events = new ArrayList<>();

    @Override
    public synchronized void emit(BlockEvent event) {
        events.add(event);
        notifyAll();
    }

    /// Everything up to now.
    public synchronized List<BlockEvent> all() {
        return List.copyOf(events);
    }

    /// The states that a job went through.
    public synchronized List<String> states(String job) {
        return events.stream()
                .filter(JobEvent.StatusChange.class::isInstance)
                .map(JobEvent.StatusChange.class::cast)
                .filter(e -> e.job().equals(job))
                .map(JobEvent.StatusChange::status)
                .toList();
    }

    /// Waits until a job has entered a state so often.
    public synchronized void awaitState(String job, String state, int times) {
        await(e -> e.equals(new JobEvent.StatusChange(job, state)), times);
    }

    /// Waits until a job has entered a state.
    public void awaitState(String job, String state) {
        awaitState(job, state, 1);
    }

    /// Waits for so many events of a kind.
    public synchronized void await(Predicate<BlockEvent> isWanted, int times) {
        while (events.stream().filter(isWanted).count() < times) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
