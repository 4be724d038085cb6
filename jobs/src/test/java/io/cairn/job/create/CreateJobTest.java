package io.cairn.job.create;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.JobEvent;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.Options;
import io.cairn.job.scheduler.JobGraph;
import io.cairn.job.scheduler.JobState;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CreateJobTest {
    private final JobGraph images = new JobGraph();

    @AfterEach
    void close() {
        images.close();
    }

    private CreateJob run(Options options, @Nullable BlockNode file) throws BlockException {
        CreateJob job =
                CreateJob.create(
                        images.graph(),
                        images.scheduler,
                        "c",
                        images.graph().drivers().find("qcow2").orElseThrow(),
                        options,
                        file,
                        null);
        images.scheduler.start(job);
        job.awaitConcluded();
        return job;
    }

    @Test
    void formatWritesItselfIntoANodeAndTheJobStaysListed() throws BlockException {
        BlockNode file = images.raw("f", 0);
        CreateJob job = run(new Options().put("size", "1048576"), file);

        assertThat(job.info().error()).isNull();
        assertThat(job.state()).isEqualTo(JobState.CONCLUDED);
        assertThat(images.log.all()).allMatch(JobEvent.StatusChange.class::isInstance);
        images.graph().remove("f");
        assertThat(images.open("qcow2", "f", new Options()).length()).isEqualTo(1 << 20);
    }

    @Test
    void failureIsToldInWords() throws BlockException {
        CreateJob job = run(new Options().put("size", "1048576"), null);

        assertThat(job.info().error()).isEqualTo("Parameter 'file' is missing");
        job.dismiss();
        assertThat(images.scheduler.query()).isEmpty();
    }
}
