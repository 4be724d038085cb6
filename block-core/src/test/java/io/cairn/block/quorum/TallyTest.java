package io.cairn.block.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

class TallyTest {
    private static final int VOTERS = 4;

    /// Each voter's vote, and whether it is in, over all possibilities.
    @Test
    void namesAWinnerExactlyWhenNoOpenVoteCanChangeIt() {
        for (int votes = 0; votes < power(VOTERS, VOTERS); votes++) {
            for (int openBits = 0; openBits < 1 << VOTERS; openBits++) {
                assertWinner(digits(votes), BitSet.valueOf(new long[] {openBits}));
            }
        }
    }

    private static void assertWinner(int[] votes, BitSet open) {
        Tally<Integer> tally = new Tally<>(Objects::equals);
        for (int i = 0; i < VOTERS; i++) {
            if (!open.get(i)) {
                tally.add(i, votes[i]);
            }
        }

        Tally.Group<Integer> group = tally.winner(open);
        Integer winner = group == null ? null : group.value();

        Set<Integer> possible = possibleWinners(votes, open);
        if (open.cardinality() == VOTERS) {
            assertThat(winner).isNull();
        } else if (possible.size() == 1) {
            assertThat(winner).isEqualTo(possible.iterator().next());
        } else {
            assertThat(winner).as("%s, open %s", votes, open).isNull();
        }
    }

    /// The winners over all ways to fill in the open votes.
    private static Set<Integer> possibleWinners(int[] votes, BitSet open) {
        Set<Integer> winners = new HashSet<>();
        for (int fill = 0; fill < power(VOTERS, VOTERS); fill++) {
            int[] filled = digits(fill);
            for (int i = 0; i < VOTERS; i++) {
                if (!open.get(i)) {
                    filled[i] = votes[i];
                }
            }
            winners.add(winnerOf(filled));
        }
        return winners;
    }

    /// Most votes; among equals the one whose first voter comes last.
    private static int winnerOf(int[] votes) {
        List<Integer> seen = new ArrayList<>();
        int best = -1;
        long most = 0;
        for (int vote : votes) {
            if (!seen.contains(vote)) {
                seen.add(vote);
                long count = 0;
                for (int other : votes) {
                    count += other == vote ? 1 : 0;
                }
                if (count >= most) {
                    most = count;
                    best = vote;
                }
            }
        }
        return best;
    }

    private static int[] digits(int number) {
        int[] digits = new int[VOTERS];
        for (int i = 0; i < VOTERS; i++) {
            digits[i] = number % VOTERS;
            number /= VOTERS;
        }
        return digits;
    }

    private static int power(int base, int exponent) {
        return exponent == 0 ? 1 : base * power(base, exponent - 1);
    }
}
