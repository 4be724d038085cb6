package io.cairn.block.quorum;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;

import java.util.BitSet;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// One request, put to all children at once, each on a thread of its own.
///
/// It is decided as soon as no answer that is still open can change the outcome; the caller goes on
/// then. A child that answers later is a straggler: it keeps its buffer and its place in the order,
/// counts as in flight, and is judged when it returns.
abstract class Poll {
    /// How much memory of stragglers a child may hold before requests wait for it.
    static final long STRAGGLER_LIMIT = 32 << 20;

    private static final long LEAST_MEMORY = 4096;

    final Panel panel;
    final List<Panel.Member> members;
    final long start;
    final long end;

    private final String operation;
    private final List<Turns.Turn> turns;
    private final @Nullable BlockException[] failures;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private final BitSet open = new BitSet();
    private final BitSet unasked = new BitSet();
    private final BitSet straggling = new BitSet();
    private final Tally<Errno> errors = new Tally<>(Object::equals);
    private int succeeded;
    private int holders = 1;
    private @Nullable Verdict verdict;

    /// @param unasked the children that are asked only if it takes their votes
    Poll(
            Panel panel,
            List<Panel.Member> members,
            String operation,
            Turns.Kind kind,
            long start,
            long end,
            BitSet unasked) {
        this.panel = panel;
        this.members = members;
        this.operation = operation;
        this.start = start;
        this.end = end;
        this.failures = new @Nullable BlockException[members.size()];
        this.open.set(0, members.size());
        this.unasked.or(unasked);
        this.turns =
                panel.turns()
                        .take(members.stream().map(Panel.Member::lane).toList(), kind, start, end);
    }

    /// How a vote ended.
    sealed interface Verdict {
        /// Enough votes agree.
        ///
        /// @param winner one of those who do
        record Passed(int winner) implements Verdict {}

        /// They do not.
        record Failed(BlockException cause) implements Verdict {}
    }

    // ---- what kinds of requests differ in

    /// Puts the request to a child.
    abstract void ask(int index) throws BlockException;

    /// A child has answered without failing while the vote is open. Called under the lock.
    void answered(int index) {}

    /// The outcome among the children that did not fail, null while it is open. Called under the
    /// lock, if enough have not failed.
    abstract @Nullable Verdict judge(BitSet open);

    /// Brings a child that has lost the vote in line with one that has won. Its turn lasts.
    void correct(int index, int winner) {}

    /// Whether a child's turn lasts until the vote is decided, so that it can be corrected.
    boolean corrects() {
        return false;
    }

    /// Whether a child that did not fail has lost a vote that passed.
    boolean isOutvoted(int index, int winner) {
        return false;
    }

    /// Whether a failed vote is reported.
    boolean reportsFailure() {
        return true;
    }

    /// The request, its stragglers included, has ended.
    void release() {}

    // ---- the request

    /// Runs the request until it is decided, and reports what was seen until then. The caller ends
    /// with {@link #leave}.
    final Verdict run() {
        BitSet asked = new BitSet();
        asked.set(0, members.size());
        asked.andNot(unasked);
        askAll(asked);
        Verdict decided;
        BitSet seen = new BitSet();
        lock.lock();
        try {
            decided = await();
            noteStragglers();
            seen.set(0, members.size());
            seen.andNot(open);
        } finally {
            lock.unlock();
        }
        unasked.stream().forEach(index -> turns.get(index).end());
        report(seen, decided);
        return decided;
    }

    /// The caller's part has ended.
    final void leave() {
        boolean isLast;
        lock.lock();
        try {
            isLast = --holders == 0;
        } finally {
            lock.unlock();
        }
        if (isLast) {
            release();
        }
    }

    private void askAll(BitSet indexes) {
        lock.lock();
        try {
            holders += indexes.cardinality();
        } finally {
            lock.unlock();
        }
        indexes.stream()
                .forEach(index -> {
                    panel.background().begin();
                    Workers.startVirtual("quorum:" + panel.node().name(), () -> work(index));
                });
    }

    /// Waits for the verdict; those who were to be spared are asked once it takes their votes.
    private Verdict await() {
        while (true) {
            Verdict decided = verdict;
            if (decided != null) {
                return decided;
            }
            if (!unasked.isEmpty() && open.equals(unasked)) {
                BitSet late = (BitSet) unasked.clone();
                unasked.clear();
                askAll(late);
            }
            changed.awaitUninterruptibly();
        }
    }

    private void noteStragglers() {
        straggling.or(open);
        straggling.andNot(unasked);
        straggling.stream()
                .forEach(index -> panel.turns().straggles(members.get(index).lane(), memory()));
    }

    private long memory() {
        return operation.equals("flush")
                ? LEAST_MEMORY
                : Math.max(LEAST_MEMORY, (end - start) * members.size());
    }

    // ---- a child's thread

    private void work(int index) {
        try {
            turns.get(index).await();
            BlockException failure = null;
            try {
                ask(index);
            } catch (BlockException e) {
                failure = e;
            } catch (RuntimeException | Error e) {
                failure = new BlockException(Errno.EIO, Errno.EIO.text());
                failure.initCause(e);
            }
            arrive(index, failure);
        } finally {
            turns.get(index).end();
            leave();
            panel.background().end();
        }
    }

    private void arrive(int index, @Nullable BlockException failure) {
        Verdict decided;
        boolean isLate;
        lock.lock();
        try {
            isLate = straggling.get(index);
            open.clear(index);
            failures[index] = failure;
            if (verdict == null) {
                count(index, failure);
                verdict = decide();
                changed.signalAll();
            }
            while (corrects() && verdict == null) {
                changed.awaitUninterruptibly();
            }
            decided = verdict;
        } finally {
            lock.unlock();
        }
        int winner =
                failure == null && decided instanceof Verdict.Passed passed ? passed.winner() : -1;
        boolean isWrong = winner >= 0 && (isLate || corrects()) && isOutvoted(index, winner);
        if (isLate) {
            reportOne(index, isWrong);
        }
        if (isWrong && corrects()) {
            correct(index, winner);
        }
        if (isLate) {
            panel.turns().hasCaughtUp(members.get(index).lane(), memory());
        }
    }

    private void count(int index, @Nullable BlockException failure) {
        if (failure != null) {
            errors.add(index, failure.errno());
        } else {
            succeeded++;
            answered(index);
        }
    }

    private @Nullable Verdict decide() {
        int threshold = panel.threshold();
        if (succeeded + open.cardinality() < threshold) {
            Tally.Group<Errno> most = errors.winner(open);
            return most == null ? null : new Verdict.Failed(failure(most));
        }
        return succeeded < threshold ? null : judge(open);
    }

    /// The failure of the last child among those that failed in the way that most did.
    private BlockException failure(Tally.Group<Errno> group) {
        for (int index = failures.length - 1; index >= 0; index--) {
            BlockException failure = failures[index];
            if (failure != null && group.has(index)) {
                return failure;
            }
        }
        throw new IllegalStateException("nobody failed");
    }

    // ---- reports

    private void report(BitSet seen, Verdict decided) {
        for (int index = 0; index < failures.length; index++) {
            if (seen.get(index) && failures[index] != null) {
                reportOne(index, false);
            }
        }
        switch (decided) {
            case Verdict.Failed _ -> {
                if (reportsFailure()) {
                    panel.reportFailure(start, end);
                }
            }
            case Verdict.Passed passed -> {
                for (int index = failures.length - 1; index >= 0; index--) {
                    if (seen.get(index)
                            && failures[index] == null
                            && isOutvoted(index, passed.winner())) {
                        reportOne(index, true);
                    }
                }
            }
        }
    }

    private void reportOne(int index, boolean isWrong) {
        BlockException failure = failures[index];
        boolean isFlush = operation.equals("flush");
        if (failure != null || isWrong) {
            panel.reportBad(
                    members.get(index),
                    operation,
                    failure == null ? null : failure.errno(),
                    isFlush ? 0 : start,
                    isFlush ? 0 : end);
        }
    }
}
