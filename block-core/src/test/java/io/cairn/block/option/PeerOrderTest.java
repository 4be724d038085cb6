package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Set;

class PeerOrderTest {
    @Test
    void membersOfInfoComeAsObserved() {
        List<String> declared =
                List.of(
                        "filename",
                        "format",
                        "dirty-flag",
                        "actual-size",
                        "virtual-size",
                        "cluster-size",
                        "backing-filename",
                        "full-backing-filename",
                        "backing-filename-format",
                        "snapshots",
                        "format-specific");

        assertThat(PeerOrder.sort(declared))
                .containsExactly(
                        "backing-filename-format",
                        "snapshots",
                        "virtual-size",
                        "filename",
                        "cluster-size",
                        "format",
                        "actual-size",
                        "format-specific",
                        "full-backing-filename",
                        "backing-filename",
                        "dirty-flag");
    }

    @Test
    void membersOfASnapshotComeAsObserved() {
        List<String> declared =
                List.of(
                        "id",
                        "name",
                        "vm-state-size",
                        "date-sec",
                        "date-nsec",
                        "vm-clock-sec",
                        "vm-clock-nsec",
                        "icount");

        assertThat(PeerOrder.sort(declared))
                .containsExactly(
                        "icount",
                        "vm-clock-nsec",
                        "name",
                        "date-sec",
                        "date-nsec",
                        "vm-clock-sec",
                        "id",
                        "vm-state-size");
    }

    @Test
    void newestOfOneBucketComesFirst() {
        String older = "filename";
        String newer = collidingWith(older);

        assertThat(PeerOrder.sort(List.of(older, newer))).containsExactly(newer, older);
        assertThat(PeerOrder.sort(List.of(newer, older))).containsExactly(older, newer);
    }

    @Property(tries = 200)
    void sortsEveryKeyByItsBucket(@ForAll Set<String> keys) {
        List<String> sorted = PeerOrder.sort(keys);

        assertThat(sorted).containsExactlyInAnyOrderElementsOf(keys);
        assertThat(sorted.stream().map(PeerOrder::bucket).toList()).isSorted();
    }

    private static String collidingWith(String key) {
        for (int i = 0; ; i++) {
            String other = "x" + i;
            if (PeerOrder.bucket(other) == PeerOrder.bucket(key)) {
                return other;
            }
        }
    }
}
