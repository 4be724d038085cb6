package io.cairn.block.quorum;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

/// What a `quorum` node is opened with besides its children (QMP reference manual,
/// "BlockdevOptionsQuorum").
///
/// @param threshold the equal votes below which a request fails
/// @param verifies two children are compared, and a difference is the end (`blkverify`)
/// @param rewrites what has lost a vote is written over with what has won
/// @param pattern `quorum`, or `fifo`: the first child that can read answers, without a vote
record QuorumOptions(long threshold, boolean verifies, boolean rewrites, String pattern) {
    static final String THRESHOLD = "vote-threshold";
    static final String VERIFY = "blkverify";
    static final String REWRITE = "rewrite-corrupted";
    static final String PATTERN = "read-pattern";

    private static final String FIFO = "fifo";
    private static final String QUORUM = "quorum";

    static final OptionSchema<QuorumOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.bool(VERIFY, "Compare two children and stop where they differ"),
                            Option.number(THRESHOLD, "Equal votes that a request needs")
                                    .mandatory(),
                            Option.bool(REWRITE, "Write what has won over what has lost"),
                            Option.string(PATTERN, "How children are read: quorum or fifo")
                                    .withDefault(QUORUM)),
                    QuorumOptions::read);

    private static QuorumOptions read(OptionReader in) throws InvalidOptionException {
        String pattern = in.string(PATTERN);
        return new QuorumOptions(
                in.number(THRESHOLD),
                in.bool(VERIFY),
                in.bool(REWRITE),
                pattern == null ? QUORUM : pattern);
    }

    boolean isFifo() {
        return pattern.equals(FIFO);
    }

    /// Whether children that lose a vote are written over; without votes there are none.
    boolean corrects() {
        return rewrites && !isFifo();
    }

    /// Refuses values that are wrong, or that do not go together.
    ///
    /// @param children how many there are
    void requireValid(int children) throws InvalidOptionException {
        if (threshold < 1) {
            throw new InvalidOptionException("Parameter 'vote-threshold' expects a value >= 1");
        }
        if (threshold > children) {
            throw new InvalidOptionException("threshold may not exceed children count");
        }
        if (!isFifo() && !pattern.equals(QUORUM)) {
            throw new InvalidOptionException("Please set read-pattern as fifo or quorum");
        }
        if (isFifo() || !verifies) {
            return;
        }
        if (children != 2 || threshold != 2) {
            throw new InvalidOptionException(
                    "blkverify=on can only be set if there are exactly two files and vote-threshold"
                            + " is 2");
        }
        if (rewrites) {
            throw new InvalidOptionException(
                    "rewrite-corrupted=on cannot be used with blkverify=on");
        }
    }
}
