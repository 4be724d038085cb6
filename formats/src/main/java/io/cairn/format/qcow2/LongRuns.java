package io.cairn.format.qcow2;

import java.util.Arrays;

/// Runs of consecutive numbers, each with a tag, in the order in which they came; a run that goes
/// on where the last one ended lengthens it. Not safe for use by several threads.
final class LongRuns {
    private static final int FIELDS = 3;

    private long[] fields = new long[FIELDS * 4];
    private int size;

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    long first(int run) {
        return fields[run * FIELDS];
    }

    long count(int run) {
        return fields[run * FIELDS + 1];
    }

    int tag(int run) {
        return (int) fields[run * FIELDS + 2];
    }

    void add(long first, long count, int tag) {
        if (size > 0) {
            int last = size - 1;
            if (first(last) + count(last) == first && tag(last) == tag) {
                fields[last * FIELDS + 1] += count;
                return;
            }
        }
        if (size * FIELDS == fields.length) {
            fields = Arrays.copyOf(fields, fields.length * 2);
        }
        fields[size * FIELDS] = first;
        fields[size * FIELDS + 1] = count;
        fields[size * FIELDS + 2] = tag;
        size++;
    }

    void addAll(LongRuns other) {
        for (int i = 0; i < other.size; i++) {
            add(other.first(i), other.count(i), other.tag(i));
        }
    }

    void clear() {
        size = 0;
        fields = new long[FIELDS * 4];
    }
}
