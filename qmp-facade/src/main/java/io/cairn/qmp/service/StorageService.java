package io.cairn.qmp.service;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockGraph;
import io.cairn.job.replication.Replications;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.job.scheduler.JobState;
import io.cairn.protocol.tls.Authorization;
import io.cairn.protocol.tls.TlsCredentials;
import io.cairn.qmp.chardev.ChardevFactory;
import io.cairn.qmp.chardev.Chardevs;
import io.cairn.qmp.chardev.SocketChardev;
import io.cairn.qmp.device.Devices;
import io.cairn.qmp.device.Drives;
import io.cairn.qmp.device.Machine;
import io.cairn.qmp.device.ShutdownAction;
import io.cairn.qmp.event.BlockEvents;
import io.cairn.qmp.event.EventHub;
import io.cairn.qmp.export.Exports;
import io.cairn.qmp.export.TlsObjectNames;
import io.cairn.qmp.schema.Schema;

import org.jspecify.annotations.Nullable;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/// All that a storage daemon holds. Thread-safe in its parts.
public final class StorageService implements AutoCloseable {
    private final BlockGraph graph;
    private final EventHub events;
    private final JobScheduler jobs;
    private final Replications replications;
    private final Exports exports;
    private final Chardevs chardevs = new Chardevs();
    private final ChardevFactory chardevFactory =
            new ChardevFactory(chardevs, this::chardevSecurity);
    private final Machine machine;
    private final Drives drives;
    private final Devices devices;
    private volatile Consumer<String> announcer = _ -> {};
    private final CountDownLatch quit = new CountDownLatch(1);

    /// @param graph which the service owns from now on
    /// @param schema in which the events stand
    public StorageService(BlockGraph graph, Schema schema) {
        this.graph = graph;
        this.events = new EventHub(schema, InstantSource.system());
        BlockEvents blockEvents = new BlockEvents(graph, events);
        this.jobs = new JobScheduler(blockEvents);
        this.replications = new Replications(graph, jobs);
        this.exports = new Exports(graph, events);
        this.machine = new Machine(events);
        this.drives = new Drives(graph, events, jobs::cancelUsers);
        this.devices = new Devices(graph, drives, events, machine);
        graph.listen(blockEvents);
    }

    /// Where people are told of images that commands make.
    public void setAnnouncer(Consumer<String> newAnnouncer) {
        announcer = newAnnouncer;
    }

    /// Tells people of something, in a line.
    public void announce(String line) {
        announcer.accept(line);
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

    public Replications replications() {
        return replications;
    }

    public Exports exports() {
        return exports;
    }

    public Chardevs chardevs() {
        return chardevs;
    }

    /// Makes the devices that {@link #chardevs} holds.
    public ChardevFactory chardevFactory() {
        return chardevFactory;
    }

    private SocketChardev.Security chardevSecurity(@Nullable String creds, @Nullable String authz)
            throws BlockException {
        if (creds == null) {
            return stream -> stream;
        }
        TlsObjectNames names = new TlsObjectNames(graph.objects());
        TlsCredentials credentials = names.credentials(creds);
        Authorization authorization = names.authorization(authz);
        return stream -> credentials.accept(stream, authorization);
    }

    public Machine machine() {
        return machine;
    }

    public Drives drives() {
        return drives;
    }

    public Devices devices() {
        return devices;
    }

    /// Has {@link #awaitQuit} return.
    public void quit() {
        end("host-qmp-quit");
    }

    /// The same for another reason.
    public void end(String reason) {
        machine.shutDown(reason);
        quit.countDown();
    }

    /// The machine comes to its end, which ends the service unless it is to pause then.
    public void shutDown(String reason) {
        if (machine.shutdownAction() == ShutdownAction.PAUSE) {
            machine.shutDown(reason);
            machine.stopForGood();
        } else {
            end(reason);
        }
    }

    /// Whether {@link #quit} was called.
    public boolean isQuitting() {
        return quit.getCount() == 0;
    }

    /// Waits for {@link #quit}.
    public void awaitQuit() throws InterruptedException {
        quit.await();
    }

    /// Ends the exports, cancels the jobs and closes the graph. The character devices stay, over
    /// which clients hear of that.
    ///
    /// @throws BlockException if something that was written could not be flushed
    @Override
    public void close() throws BlockException {
        try {
            exports.close();
        } finally {
            jobs.pauseOnce(EnumSet.of(JobState.RUNNING, JobState.READY));
            jobs.close();
            drives.close();
            graph.close();
            events.close();
        }
        BlockException failure = graph.takeCloseFailure().orElse(null);
        if (failure != null) {
            throw failure;
        }
    }
}
