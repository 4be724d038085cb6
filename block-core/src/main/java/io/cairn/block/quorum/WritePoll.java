package io.cairn.block.quorum;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/// A write, a write of zeroes or a flush of all children, decided by how many succeed.
final class WritePoll extends Poll {
    /// What is done to each child.
    @FunctionalInterface
    private interface Action {
        void on(Child child) throws BlockException;
    }

    private final Action action;
    private final @Nullable PooledBuffer data;
    private final boolean isFlush;

    private WritePoll(
            Panel panel,
            List<Panel.Member> members,
            long start,
            long end,
            Action action,
            @Nullable PooledBuffer data) {
        super(panel, members, "write", Turns.Kind.WRITE, start, end, new BitSet());
        this.action = action;
        this.data = data;
        this.isFlush = false;
    }

    private WritePoll(Panel panel, List<Panel.Member> members) {
        super(panel, members, "flush", Turns.Kind.FLUSH, 0, Long.MAX_VALUE, new BitSet());
        this.action = Child::flush;
        this.data = null;
        this.isFlush = true;
    }

    /// Writes a range. What is written is copied first: the caller's buffer is its own again when
    /// the vote is decided.
    static void write(
            Panel panel, List<Panel.Member> members, long offset, ByteBuffer src, WriteFlags flags)
            throws BlockException {
        awaitCaughtUp(panel, members);
        PooledBuffer copy = BufferPool.shared().acquire(src.remaining());
        ByteBuffer data = copy.buffer();
        data.duplicate().put(src.duplicate());
        Action action = child -> child.write(offset, data.duplicate(), flags);
        vote(new WritePoll(panel, members, offset, offset + src.remaining(), action, copy));
    }

    /// Makes a range read as zeroes.
    ///
    /// A child that cannot do so fast writes them out, whatever the flags say: where only some
    /// could refuse, the others would have been changed.
    static void writeZeroes(
            Panel panel, List<Panel.Member> members, long offset, long length, WriteFlags flags)
            throws BlockException {
        awaitCaughtUp(panel, members);
        WriteFlags each = flags.withNoFallback(false);
        Action action = child -> child.writeZeroes(offset, length, each);
        vote(new WritePoll(panel, members, offset, offset + length, action, null));
    }

    /// Flushes, once what was written before has reached each child.
    static void flush(Panel panel, List<Panel.Member> members) throws BlockException {
        awaitCaughtUp(panel, members);
        vote(new WritePoll(panel, members));
    }

    /// No child can be left out, so the request waits for one that is too far behind.
    private static void awaitCaughtUp(Panel panel, List<Panel.Member> members) {
        panel.turns()
                .awaitCaughtUp(members.stream().map(Panel.Member::lane).toList(), STRAGGLER_LIMIT);
    }

    private static void vote(WritePoll poll) throws BlockException {
        try {
            if (poll.run() instanceof Verdict.Failed failed) {
                throw failed.cause();
            }
        } finally {
            poll.leave();
        }
    }

    @Override
    void ask(int index) throws BlockException {
        action.on(members.get(index).child());
    }

    @Override
    Verdict judge(BitSet open) {
        return new Verdict.Passed(0);
    }

    @Override
    boolean reportsFailure() {
        return !isFlush;
    }

    @Override
    void release() {
        if (data != null) {
            data.close();
        }
    }
}
