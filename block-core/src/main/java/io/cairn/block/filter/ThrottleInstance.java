package io.cairn.block.filter;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;
import io.cairn.block.throttle.Direction;
import io.cairn.block.throttle.ThrottleGroups;
import io.cairn.block.throttle.ThrottleMember;

import java.nio.ByteBuffer;

/// An open `throttle` node. Reads, writes, writes of zeroes and discards wait; flushes do not.
///
/// While the node is drained its requests pass.
final class ThrottleInstance extends PassThrough {
    private final ThrottleGroups groups;

    /// Changed only while the node is drained.
    private volatile ThrottleMember member;

    @GuardedBy("this")
    private int drains;

    ThrottleInstance(Child file, ThrottleGroups groups, ThrottleMember member) {
        super(file);
        this.groups = groups;
        this.member = member;
    }

    // ---- requests

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(new Mapping.Through(file(), offset, length), length);
    }

    /// Only while the group limits reads.
    @Override
    public boolean readsItself() {
        return member.limits(Direction.READ);
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        member.admit(Direction.READ, dst.remaining());
        file().read(offset, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        member.admit(Direction.WRITE, src.remaining());
        super.write(offset, src, flags);
    }

    @Override
    public boolean supportsCompressedWrites() {
        return true;
    }

    @Override
    public void writeCompressed(long offset, ByteBuffer src) throws BlockException {
        write(offset, src, WriteFlags.COMPRESSED);
    }

    /// Counts as the guest's bytes, like any compressed write.
    @Override
    public void writePacked(long offset, int length, ByteBuffer packed) throws BlockException {
        member.admit(Direction.WRITE, length);
        super.writePacked(offset, length, packed);
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        member.admit(Direction.WRITE, length);
        return super.writeZeroes(offset, length, flags);
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        member.admit(Direction.WRITE, length);
        super.discard(offset, length);
    }

    // ---- what it is

    @Override
    public Options identityOptions() {
        return new Options().put(ThrottleDriver.GROUP, member.group().name());
    }

    @Override
    public boolean supportsReopen() {
        return true;
    }

    /// A reopened node may move to another group.
    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        String name = ThrottleDriver.readGroup(context.options());
        ThrottleMember old = member;
        if (name.equals(old.group().name())) {
            return Prepared.NOTHING;
        }
        ThrottleMember moved = groups.join(name);
        return new Prepared() {
            @Override
            public void commit() {
                move(moved);
                old.close();
            }

            @Override
            public void abort() {
                moved.close();
            }
        };
    }

    // ---- waiting

    @Override
    public synchronized void drained() {
        drains++;
        member.beginBypass();
    }

    @Override
    public synchronized void undrained() {
        drains--;
        member.endBypass();
    }

    private synchronized void move(ThrottleMember moved) {
        for (int i = 0; i < drains; i++) {
            moved.beginBypass();
        }
        member = moved;
    }

    @Override
    public void cancelWaiting() {
        member.cancelWaiting();
    }

    @Override
    public void close() {
        member.close();
    }
}
