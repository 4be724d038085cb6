package io.cairn.job.amend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.filter.PassThrough;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Amendable;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverProvider;
import io.cairn.job.filter.JobFilterDriver;
import io.cairn.job.scheduler.EventLog;
import io.cairn.job.scheduler.JobScheduler;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class AmendJobTest {
    private final MemoryHost host = new MemoryHost();
    private final List<String> amended = new ArrayList<>();
    private final TestGraph test = new TestGraph(host, new Books());
    private final BlockGraph graph = test.graph();
    private final EventLog log = new EventLog();
    private final JobScheduler scheduler = new JobScheduler(log);

    /// An image with one option, `title`, which is lost only by force.
    private final class Book extends PassThrough implements Amendable {
        Book(Child shown) {
            super(shown);
        }

        @Override
        public void amend(Options options, boolean force) throws BlockException {
            String title = options.getString("title");
            if (title == null && !force) {
                throw new InvalidOptionException("The title would be lost");
            }
            amended.add(String.valueOf(title));
        }
    }

    private final class Books implements DriverProvider {
        @Override
        public Set<String> names() {
            return Set.of("book");
        }

        @Override
        public BlockDriver driver(String name) {
            return new JobFilterDriver(name, (shown, _) -> new Book(shown));
        }

        @Override
        public Set<String> probingFormats() {
            return Set.of();
        }

        @Override
        public @Nullable String driverOfPrefix(String prefix) {
            return null;
        }
    }

    @BeforeEach
    void makeImage() throws BlockException {
        host.put("m", new MemoryStorage(new byte[4096]));
        Options file = new Options().put("driver", MemoryHost.DRIVER).put("node-name", "m");
        graph.add(new OpenRequest("mem:m", file, TestGraph.WRITABLE, true));
        Options book =
                new Options().put("driver", "book").put("node-name", "b").put("backing", "m");
        graph.add(new OpenRequest(null, book, TestGraph.WRITABLE, true));
    }

    @AfterEach
    void close() {
        scheduler.close();
        test.close();
    }

    private AmendJob run(Options options, boolean isForced) throws BlockException {
        AmendJob job = AmendJob.create(graph, scheduler, "j", "b", "book", options, isForced);
        scheduler.start(job);
        job.awaitConcluded();
        assertThat(job.info().offset()).isEqualTo(1);
        job.dismiss();
        return job;
    }

    @Test
    void driverAmendsAndTheJobWaitsToBeDismissed() throws BlockException {
        AmendJob job = run(new Options().put("title", "Emma"), false);

        assertThat(amended).containsExactly("Emma");
        assertThat(job.info().error()).isNull();
        assertThat(job.info().type()).isEqualTo("amend");
        assertThat(log.states("j"))
                .containsExactly("created", "running", "waiting", "pending", "concluded", "null");
    }

    @Test
    void refusalIsTheJobsErrorUnlessForced() throws BlockException {
        assertThat(run(new Options(), false).info().error()).isEqualTo("The title would be lost");
        assertThat(log.states("j"))
                .containsExactly("created", "running", "aborting", "concluded", "null");
        assertThat(run(new Options(), true).info().error()).isNull();
        assertThat(amended).containsExactly("null");
    }

    @Test
    void refusesWhatThePeerRefuses() {
        assertRefused("j", "nope", "book", "Cannot find device='' nor node-name='nope'");
        assertRefused(
                "j", "b", "qcow2", "x-blockdev-amend doesn't support changing the block driver");
        assertRefused("j", "m", MemoryHost.DRIVER, "Driver does not support x-blockdev-amend");
        assertRefused("0j", "b", "book", "Invalid job ID '0j'");
    }

    private void assertRefused(String id, String node, String driver, String message) {
        assertThatThrownBy(() ->
                        AmendJob.create(graph, scheduler, id, node, driver, new Options(), false))
                .hasMessage(message);
    }
}
