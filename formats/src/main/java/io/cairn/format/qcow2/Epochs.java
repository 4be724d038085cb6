package io.cairn.format.qcow2;

import io.cairn.block.spi.Pin;

import java.util.concurrent.atomic.AtomicLong;

/// Time as the users of host clusters see it: who looks up a host offset holds a pin from before to
/// after its use, and a cluster that lost its last reference in one epoch is reused only when
/// nobody holds a pin of that epoch any more.
///
/// Pinning takes no lock.
final class Epochs {
    /// A span of time; it is the pin of all who entered in it.
    static final class Epoch implements Pin {
        private final AtomicLong pins = new AtomicLong();

        private Epoch() {}

        /// Whether nobody holds a pin of this epoch.
        boolean isLeft() {
            return pins.get() == 0;
        }

        @Override
        public void close() {
            pins.getAndDecrement();
        }
    }

    private volatile Epoch current = new Epoch();

    /// A pin of the current epoch.
    Pin pin() {
        while (true) {
            Epoch epoch = current;
            epoch.pins.getAndIncrement();
            if (epoch == current) {
                return epoch;
            }
            epoch.pins.getAndDecrement();
        }
    }

    /// Ends the current epoch and returns it. Whoever pins from now on sees what has been changed
    /// before.
    Epoch turn() {
        Epoch ended = current;
        if (!ended.isLeft()) {
            current = new Epoch();
        }
        return ended;
    }
}
