package io.cairn.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

@Timeout(60)
class HandoverTest {
    @Test
    void passesAllItemsInOrder() throws BlockException {
        Handover<Integer> queue = new Handover<>(2);
        List<Integer> taken = new ArrayList<>();

        try (Workers workers = Workers.platform("test:handover")) {
            workers.fork(() -> {
                for (int i = 0; i < 1000; i++) {
                    assertThat(queue.put(i)).isTrue();
                }
                queue.close();
            });
            for (Integer item = queue.take(); item != null; item = queue.take()) {
                taken.add(item);
            }
            workers.join();
        }

        assertThat(taken).isEqualTo(IntStream.range(0, 1000).boxed().toList());
    }

    @Test
    void letsAWaitingGiverGoWhenClosed() throws BlockException {
        Handover<String> queue = new Handover<>(1);
        assertThat(queue.put("first")).isTrue();

        try (Workers workers = Workers.platform("test:handover")) {
            workers.fork(() -> assertThat(queue.put("second")).isFalse());
            queue.close();
            workers.join();
        }

        assertThat(queue.take()).isEqualTo("first");
        assertThat(queue.take()).isNull();
    }
}
