package io.cairn.qmp.service;

import io.cairn.block.graph.BlockGraph;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.qmp.event.BlockEvents;
import io.cairn.qmp.event.EventHub;
import io.cairn.qmp.schema.Schema;

import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;

/// All that a storage daemon holds. Thread-safe in its parts.
public final class StorageService implements AutoCloseable {
    private final BlockGraph graph;
    private final EventHub events;
    private final JobScheduler jobs;
    private final CountDownLatch quit = new CountDownLatch(1);

    /// @param graph which the service owns from now on
    /// @param schema in which the events stand
    public StorageService(BlockGraph graph, Schema schema) {
        this.graph = graph;
        this.events = new EventHub(schema, InstantSource.system());
        BlockEvents blockEvents = new BlockEvents(events);
        this.jobs = new JobScheduler(blockEvents);
        graph.setEventSink(blockEvents);
    }

    public BlockGraph graph() {
        return graph;
    }

    public EventHub events() {
        return events;
    }

    public JobScheduler jobs() {
        return jobs;
    }

    /// Has {@link #awaitQuit} return.
    public void quit() {
        quit.countDown();
    }

    /// Waits for {@link #quit}.
    public void awaitQuit() throws InterruptedException {
        quit.await();
    }

    /// Cancels the jobs and closes the graph.
    @Override
    public void close() {
        jobs.close();
        graph.close();
        events.close();
    }
}
