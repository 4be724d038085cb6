package io.cairn.block.quorum;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;

/// A read of all children, decided by content.
final class ReadPoll extends Poll {
    private final int length;
    private final @Nullable PooledBuffer[] buffers;

    // Guarded by the poll's lock while the vote is open.
    private final Tally<ByteBuffer> contents = new Tally<>((a, b) -> a.mismatch(b) < 0);
    private @Nullable String mismatch;

    private ReadPoll(
            Panel panel,
            List<Panel.Member> members,
            long offset,
            int length,
            BitSet unasked,
            @Nullable PooledBuffer[] buffers) {
        super(panel, members, "read", Turns.Kind.READ, offset, offset + length, unasked);
        this.length = length;
        this.buffers = buffers;
    }

    /// Reads a range as the vote tells.
    ///
    /// @throws BlockException if the vote fails; where children are compared, what differs
    static void read(Panel panel, List<Panel.Member> members, long offset, ByteBuffer dst)
            throws BlockException {
        BitSet behind = new BitSet();
        for (int i = 0; i < members.size(); i++) {
            behind.set(i, panel.turns().isBehind(members.get(i).lane(), STRAGGLER_LIMIT));
        }
        @Nullable PooledBuffer[] buffers = acquire(members.size(), behind, dst.remaining());
        ReadPoll poll = new ReadPoll(panel, members, offset, dst.remaining(), behind, buffers);
        try {
            switch (poll.run()) {
                case Verdict.Passed passed -> dst.duplicate().put(poll.content(passed.winner()));
                case Verdict.Failed failed -> {
                    panel.reportMismatch(poll.mismatch);
                    throw failed.cause();
                }
            }
        } finally {
            poll.leave();
        }
    }

    private static @Nullable PooledBuffer[] acquire(int count, BitSet behind, int length)
            throws BlockException {
        @Nullable PooledBuffer[] buffers = new @Nullable PooledBuffer[count];
        try {
            for (int i = behind.nextClearBit(0); i < count; i = behind.nextClearBit(i + 1)) {
                buffers[i] = BufferPool.shared().acquire(length);
            }
        } catch (BlockException e) {
            giveBack(buffers);
            throw e;
        }
        return buffers;
    }

    private static void giveBack(@Nullable PooledBuffer[] buffers) {
        for (PooledBuffer buffer : buffers) {
            if (buffer != null) {
                buffer.close();
            }
        }
    }

    private ByteBuffer content(int index) {
        PooledBuffer buffer = buffers[index];
        if (buffer == null) {
            throw new IllegalStateException("child " + index + " was not asked");
        }
        return buffer.buffer().duplicate();
    }

    @Override
    void ask(int index) throws BlockException {
        if (buffers[index] == null) {
            buffers[index] = BufferPool.shared().acquire(length);
        }
        members.get(index).child().read(start, content(index));
    }

    @Override
    void answered(int index) {
        contents.add(index, content(index));
    }

    @Override
    @Nullable Verdict judge(BitSet open) {
        Tally.Group<ByteBuffer> winner = contents.winner(open);
        if (contents.most() + open.cardinality() < panel.threshold()) {
            return new Verdict.Failed(disagreement());
        }
        return winner == null || winner.size() < panel.threshold()
                ? null
                : new Verdict.Passed(winner.first());
    }

    private BlockException disagreement() {
        if (panel.options().verifies()) {
            mismatch =
                    "quorum: offset="
                            + start
                            + " bytes="
                            + length
                            + " contents mismatch at offset "
                            + (start + content(0).mismatch(content(1)));
            return new BlockException(Errno.EIO, mismatch);
        }
        return new BlockException(Errno.EIO, Errno.EIO.text())
                .withDetail("the children of the quorum do not agree on what they hold");
    }

    /// The winner is the first child that was counted for its content, so that a child which is not
    /// it may still have agreed with it.
    @Override
    boolean isOutvoted(int index, int winner) {
        return index != winner && content(index).mismatch(content(winner)) >= 0;
    }

    @Override
    boolean corrects() {
        return panel.options().corrects();
    }

    @Override
    void correct(int index, int winner) {
        try {
            members.get(index).child().write(start, content(winner), WriteFlags.NONE);
        } catch (BlockException e) {
            // It stays as it is, and the next read that meets it reports it again.
            return;
        }
    }

    @Override
    boolean reportsFailure() {
        return mismatch == null;
    }

    @Override
    void release() {
        giveBack(buffers);
    }
}
