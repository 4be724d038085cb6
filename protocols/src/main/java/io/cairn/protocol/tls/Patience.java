package io.cairn.protocol.tls;

import java.util.concurrent.TimeUnit;

/// How long somebody who waits in several steps goes on waiting.
final class Patience {
    private final long began = System.nanoTime();
    private final long millis;

    Patience(long millis) {
        this.millis = millis;
    }

    long leftMillis() {
        return Math.max(0, millis - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
    }
}
