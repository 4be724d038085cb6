package io.cairn.job.rebase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.spi.BackingReference;
import io.cairn.job.JobControl;
import io.cairn.job.JobImages;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RebaseTest {
    private final JobImages images = new JobImages();
    private byte[] expected = {};

    @BeforeEach
    void makeOverlay() throws BlockException {
        try (BlockBackend base = images.create("raw", "base", JobImages.LENGTH)) {
            JobImages.fill(base, 0, 2 << 20, 1);
        }
        try (BlockBackend overlay = images.overlay("top", "base", "raw", JobImages.LENGTH)) {
            JobImages.fill(overlay, 1 << 20, 65536, 2);
            expected = JobImages.content(overlay);
        }
    }

    @AfterEach
    void close() {
        images.close();
    }

    @Test
    void keepsTheContentOverAnotherBackingFile() throws BlockException {
        try (BlockBackend overlay = images.graph().open("qcow2", "top");
                BlockBackend other = images.create("raw", "other", 3 << 20)) {
            JobImages.fill(other, 100 << 10, 3 << 19, 5);

            new Rebase(overlay, other, new JobControl()).copy();
            Rebase.change(overlay, new BackingReference("mem:other", "raw"));
        }

        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            assertThat(JobImages.content(overlay)).isEqualTo(expected);
        }
    }

    @Test
    void keepsTheContentWithoutABackingFile() throws BlockException {
        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            new Rebase(overlay, null, new JobControl()).copy();
            Rebase.change(overlay, null);
        }

        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            assertThat(overlay.node().backing()).isNull();
            assertThat(JobImages.content(overlay)).isEqualTo(expected);
        }
    }

    @Test
    void failureLeavesTheOldBackingFile() throws BlockException {
        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            images.graph().host().get("base").failAfter(0, Errno.EIO);

            assertThatThrownBy(() -> new Rebase(overlay, null, new JobControl()).copy())
                    .hasMessage("error while reading from old backing file");
        }

        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            assertThat(JobImages.content(overlay)).isEqualTo(expected);
        }
    }

    @Test
    void refusesANameThatTheHeaderCannotHold() throws BlockException {
        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            BackingReference tooLong = new BackingReference("x".repeat(2000), "raw");

            assertThatThrownBy(() -> Rebase.change(overlay, tooLong))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL));
        }

        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            assertThat(JobImages.content(overlay)).isEqualTo(expected);
        }
    }

    @Test
    void wantsTheFormatOfABackingFile() throws BlockException {
        try (BlockBackend overlay = images.graph().open("qcow2", "top")) {
            assertThatThrownBy(() -> Rebase.change(overlay, new BackingReference("mem:base", null)))
                    .hasMessage(
                            "Could not change the backing file to 'mem:base': backing format must"
                                    + " be specified");
        }
    }
}
