package io.cairn.cli.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HeapWatchTest {
    private long size;
    private long left;
    private int collections;

    private final HeapWatch watch =
            new HeapWatch(
                    () -> size,
                    () -> {
                        collections++;
                        size = left;
                    });

    private int collectionsAt(long heap) {
        size = heap;
        watch.look();
        return collections;
    }

    @Test
    void leavesASmallHeapAlone() {
        assertThat(collectionsAt(HeapWatch.LEAST)).isZero();
    }

    @Test
    void collectsOnceWhenTheHeapHasGrown() {
        left = 5L << 20;

        assertThat(collectionsAt(HeapWatch.LEAST + 1)).isEqualTo(1);
        assertThat(collectionsAt(HeapWatch.LEAST)).isEqualTo(1);
        assertThat(collectionsAt(HeapWatch.LEAST + 1)).isEqualTo(2);
    }

    @Test
    void waitsUntilTheHeapIsTwiceWhatIsInUse() {
        left = 100L << 20;

        assertThat(collectionsAt(101L << 20)).isEqualTo(1);
        assertThat(collectionsAt(200L << 20)).isEqualTo(1);
        assertThat(collectionsAt(201L << 20)).isEqualTo(2);
    }
}
