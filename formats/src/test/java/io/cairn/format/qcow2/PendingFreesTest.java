package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.spi.Pin;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;

/// A cluster is free when its removal is stable and no pin of its time is left.
class PendingFreesTest {
    private final Epochs epochs = new Epochs();
    private final PendingFrees frees = new PendingFrees(epochs);
    private final List<Long> released = new ArrayList<>();

    private void release() {
        frees.release((first, count, reason) -> released.add(first));
    }

    @Test
    void waitsForTheRemovalToBeWrittenAndFlushed() {
        frees.add(5, 1, FreeReason.OTHER);

        frees.flushed();
        release();
        assertThat(released).as("flushed before it was written").isEmpty();

        frees.metadataWritten();
        release();
        assertThat(released).as("not flushed").isEmpty();

        frees.flushed();
        release();
        assertThat(released).containsExactly(5L);
        assertThat(frees.isEmpty()).isTrue();
    }

    @Test
    void waitsForPinsFromBeforeTheFlush() {
        Pin reader = epochs.pin();
        frees.add(5, 1, FreeReason.OTHER);
        frees.metadataWritten();
        frees.flushed();
        Pin later = epochs.pin();

        release();
        assertThat(released).isEmpty();

        reader.close();
        release();
        assertThat(released).containsExactly(5L);
        later.close();
    }
}
