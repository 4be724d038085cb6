package io.cairn.job.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.Options;
import io.cairn.job.JobControl;
import io.cairn.job.JobImages;
import io.cairn.job.RateLimit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;

class CommitTest {
    private static final int LONGER = JobImages.LENGTH + (1 << 20);

    private final JobImages images = new JobImages();
    private byte[] expected = {};

    @BeforeEach
    void makeChain() throws BlockException {
        try (BlockBackend base = images.create("raw", "base", JobImages.LENGTH)) {
            JobImages.fill(base, 0, 2 << 20, 1);
        }
        try (BlockBackend overlay = images.overlay("top", "base", "raw", LONGER)) {
            JobImages.fill(overlay, 1 << 20, 3 << 20, 2);
            overlay.writeZeroes(0, 512 << 10, WriteFlags.NONE);
            JobImages.fill(overlay, LONGER - 4096, 4096, 3);
            expected = JobImages.content(overlay);
        }
    }

    @AfterEach
    void close() {
        images.close();
    }

    private void commit(BlockBackend top) throws BlockException {
        BlockNode base = Objects.requireNonNull(top.node().backing()).node();
        Options writable = new Options().put("read-only", false);
        top.graph().reopen(List.of(new ReopenRequest(base, writable, true)));
        try (BlockBackend target =
                top.graph().newBackend("", base, Permissions.ALL, Permissions.ALL)) {
            new Commit(top, target, RateLimit.NONE, new JobControl()).run();
        }
    }

    @Test
    void baseThenReadsAsTheTop() throws BlockException {
        try (BlockBackend top = images.graph().open("qcow2", "top")) {
            commit(top);
        }

        try (BlockBackend base = images.graph().open("raw", "base")) {
            assertThat(JobImages.content(base)).isEqualTo(expected);
        }
    }

    @Test
    void topReadsTheSameWhenEmptied() throws BlockException {
        try (BlockBackend top = images.graph().open("qcow2", "top")) {
            commit(top);
            top.makeEmpty();

            assertThat(JobImages.content(top)).isEqualTo(expected);
            assertThat(top.status(0, LONGER, false).allocated()).isFalse();
        }
    }

    @Test
    void failureLeavesTheTopAsItWas() throws BlockException {
        try (BlockBackend top = images.graph().open("qcow2", "top")) {
            images.graph().host().get("base").limit(JobImages.LENGTH);

            assertThatThrownBy(() -> commit(top))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
        }

        images.graph().host().get("base").limit(1L << 30);
        try (BlockBackend top = images.graph().open("qcow2", "top")) {
            assertThat(JobImages.content(top)).isEqualTo(expected);
        }
    }
}
