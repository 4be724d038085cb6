package io.cairn.format.qcow2;

import java.util.Arrays;

/// A set of numbers other than 0, open-addressed. Not safe for use by several threads.
final class LongSet {
    private static final long SPREAD = 0x9e3779b97f4a7c15L;

    private long[] slots = new long[16];
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    void clear() {
        Arrays.fill(slots, 0);
        size = 0;
    }

    /// Adds a number that is not 0.
    void add(long number) {
        if (2 * (size + 1) > slots.length) {
            grow();
        }
        int at = find(slots, number);
        if (slots[at] == 0) {
            slots[at] = number;
            size++;
        }
    }

    boolean contains(long number) {
        return number != 0 && slots[find(slots, number)] == number;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        for (long number : slots) {
            if (number != 0) {
                larger[find(larger, number)] = number;
            }
        }
        slots = larger;
    }

    /// The slot that holds the number or would take it.
    private static int find(long[] slots, long number) {
        int mask = slots.length - 1;
        int at = (int) ((number * SPREAD) >>> 32) & mask;
        while (slots[at] != 0 && slots[at] != number) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
