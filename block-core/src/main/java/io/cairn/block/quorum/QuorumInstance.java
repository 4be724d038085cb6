package io.cairn.block.quorum;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Node;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.ChangingChildren;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.OpenContext;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// An open `quorum` node.
///
/// Discards are not passed on: what they leave behind is each child's own, so that later reads
/// would split the vote.
final class QuorumInstance extends DriverInstance implements ChangingChildren {
    /// Each child's share of a request is held in memory.
    private static final long MAX_TRANSFER = 16 << 20;

    private static final Permissions SHARED =
            Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED);

    private final Panel panel;
    private final Options identity;

    /// Replaced while the node is drained.
    private volatile List<Panel.Member> members;

    /// The number in the next child's name; changes while the node is drained.
    private int nextIndex;

    QuorumInstance(
            OpenContext context, QuorumOptions options, Options identity, List<Child> children)
            throws BlockException {
        this.panel =
                new Panel(
                        context.node(),
                        context.background(),
                        context.events(),
                        new Turns(),
                        options);
        this.identity = identity;
        this.members = children.stream().map(QuorumInstance::member).toList();
        this.nextIndex = children.size();
        for (Child child : children) {
            if (child.length() != children.getFirst().length()) {
                throw BlockException.of(Errno.EIO, "Could not refresh total sector count");
            }
        }
    }

    private static Panel.Member member(Child child) {
        return new Panel.Member(child, new Turns.Lane());
    }

    @Override
    public boolean supportsReopen() {
        return false;
    }

    @Override
    public long length() {
        return members.getFirst().child().length();
    }

    @Override
    public Limits limits(Limits inherited) {
        return inherited.mergedWith(Limits.NONE.withTransfer(MAX_TRANSFER, 0));
    }

    // ---- requests

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(null, length);
    }

    /// Zeroes are what all children know to be zeroes; the rest is data, wherever it is. A child
    /// that cannot tell is reported as one that cannot be read, and no other is asked.
    @Override
    public Mapping mapForStatus(long offset, long length, boolean wantZero) {
        long zeroes = length;
        long data = 0;
        for (Panel.Member member : members) {
            BlockStatus status;
            try {
                status = member.child().status(offset, length, wantZero);
            } catch (BlockException e) {
                panel.reportBad(member, "read", e.errno(), offset, offset + length);
                return map(offset, length);
            }
            if (status.zero()) {
                zeroes = Math.min(zeroes, status.length());
            } else {
                data = Math.max(data, status.length());
            }
        }
        return data > 0 ? map(offset, data) : new Mapping.Zero(null, -1, zeroes);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        if (panel.options().isFifo()) {
            readFirst(offset, dst);
        } else {
            ReadPoll.read(panel, members, offset, dst);
        }
    }

    /// Reads the first child that can.
    private void readFirst(long offset, ByteBuffer dst) throws BlockException {
        long end = offset + dst.remaining();
        BlockException last = null;
        for (Panel.Member member : members) {
            Turns.Turn turn =
                    panel.turns()
                            .take(List.of(member.lane()), Turns.Kind.READ, offset, end)
                            .getFirst();
            try {
                turn.await();
                member.child().read(offset, dst);
                return;
            } catch (BlockException e) {
                panel.reportBad(member, "read", e.errno(), offset, end);
                last = e;
            } finally {
                turn.end();
            }
        }
        throw last == null ? new BlockException(Errno.EIO, Errno.EIO.text()) : last;
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        WritePoll.write(panel, members, offset, src, flags);
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        WritePoll.writeZeroes(panel, members, offset, length, flags);
        return true;
    }

    @Override
    public boolean flushes(Child child) {
        return false;
    }

    @Override
    public void flushCaches() throws BlockException {
        if (!panel.node().isReadOnly()) {
            WritePoll.flush(panel, members);
        }
    }

    // ---- children

    @Override
    public Place placeOf(Node candidate) throws BlockException {
        if (panel.options().verifies()) {
            throw new BlockException(
                    Errno.EINVAL, "Cannot add a child to a quorum in blkverify mode");
        }
        if (candidate.length() != length()) {
            throw new BlockException(
                    Errno.EINVAL,
                    "The node "
                            + candidate.name()
                            + " has "
                            + candidate.length()
                            + " bytes, the quorum has "
                            + length());
        }
        return new Place(QuorumDriver.childName(nextIndex), QuorumDriver.ROLES);
    }

    @Override
    public void added(Child child) {
        List<Panel.Member> more = new ArrayList<>(members);
        more.add(member(child));
        members = List.copyOf(more);
        nextIndex++;
    }

    @Override
    public void requireRemovable(Child child) throws BlockException {
        if (members.size() <= panel.threshold()) {
            throw new BlockException(
                    Errno.EINVAL,
                    "The number of children cannot be lower than the vote threshold "
                            + panel.threshold());
        }
    }

    @Override
    public void removed(Child child) {
        members = members.stream().filter(member -> member.child() != child).toList();
        if (child.name().equals(QuorumDriver.childName(nextIndex - 1))) {
            nextIndex--;
        }
    }

    // ---- what it is

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        Permissions wanted = needed.minus(Permission.RESIZE);
        return new ChildPermissions(
                panel.options().corrects() ? wanted.plus(Permission.WRITE) : wanted,
                shared.and(SHARED));
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    @Override
    public void close() {}
}
