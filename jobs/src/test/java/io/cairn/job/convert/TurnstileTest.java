package io.cairn.job.convert;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

@Timeout(60)
class TurnstileTest {
    @Test
    void letsThroughInTheOrderOfNumbers() throws BlockException {
        Turnstile turnstile = new Turnstile();
        List<Integer> order = new CopyOnWriteArrayList<>();

        try (Workers workers = Workers.platform("test:turns")) {
            for (int i = 7; i >= 0; i--) {
                int number = i;
                workers.fork(() -> {
                    assertThat(turnstile.await(number)).isTrue();
                    order.add(number);
                    turnstile.pass();
                });
            }
            workers.join();
        }

        assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
    }

    @Test
    void turnsEverybodyAwayWhenClosed() throws BlockException {
        Turnstile turnstile = new Turnstile();

        try (Workers workers = Workers.platform("test:turns")) {
            workers.fork(() -> assertThat(turnstile.await(5)).isFalse());
            turnstile.close();
            workers.join();
        }

        assertThat(turnstile.await(0)).isFalse();
    }
}
