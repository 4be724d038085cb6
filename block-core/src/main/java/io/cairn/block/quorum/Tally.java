package io.cairn.block.quorum;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.BiPredicate;

/// Counts equal votes. The most votes win; among equals it is the group whose first voter comes
/// last, as with the peer.
///
/// Not thread-safe.
///
/// @param <T> what is voted for
final class Tally<T> {
    /// Voters that agree.
    static final class Group<T> {
        private final T value;
        private final BitSet voters = new BitSet();

        private Group(T value) {
            this.value = value;
        }

        /// What they voted for: the vote of the first of them that came in.
        T value() {
            return value;
        }

        int size() {
            return voters.cardinality();
        }

        boolean has(int voter) {
            return voters.get(voter);
        }

        /// The first of them in their order.
        int first() {
            return voters.nextSetBit(0);
        }
    }

    private final BiPredicate<T, T> isSame;
    private final List<Group<T>> groups = new ArrayList<>();
    private int votes;

    Tally(BiPredicate<T, T> isSame) {
        this.isSame = isSame;
    }

    void add(int voter, T vote) {
        votes++;
        for (Group<T> group : groups) {
            if (isSame.test(group.value, vote)) {
                group.voters.set(voter);
                return;
            }
        }
        Group<T> group = new Group<>(vote);
        group.voters.set(voter);
        groups.add(group);
    }

    /// The votes that have come in.
    int votes() {
        return votes;
    }

    /// The size of the largest group.
    int most() {
        Group<T> best = best();
        return best == null ? 0 : best.size();
    }

    /// The group that wins however those vote whose votes are still open; null while that is not
    /// certain.
    @Nullable Group<T> winner(BitSet open) {
        Group<T> best = best();
        if (best == null || open.isEmpty()) {
            return best;
        }
        int more = open.cardinality();
        int firstOpen = open.nextSetBit(0);
        boolean isCertain = loses(more, firstOpen, best);
        for (Group<T> other : groups) {
            isCertain &=
                    other == best
                            || loses(other.size() + more, Math.min(other.first(), firstOpen), best);
        }
        return isCertain ? best : null;
    }

    private static boolean loses(int size, int first, Group<?> best) {
        return size < best.size() || (size == best.size() && first < best.first());
    }

    private @Nullable Group<T> best() {
        Group<T> best = null;
        for (Group<T> group : groups) {
            if (best == null || loses(best.size(), best.first(), group)) {
                best = group;
            }
        }
        return best;
    }
}
