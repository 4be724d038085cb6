package io.cairn.block.filter;

import io.cairn.block.BlockEvent;
import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.EventSink;
import io.cairn.block.Permissions;
import io.cairn.block.PooledBuffer;
import io.cairn.block.Workers;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open `blkverify` node.
///
/// Zeroes are written out to both, and discards are not passed on, since what they leave behind
/// need not be the same.
final class BlkverifyInstance extends DriverInstance {
    private final String node;
    private final Child raw;
    private final Child test;
    private final EventSink events;

    /// @param node the node's name
    BlkverifyInstance(String node, Child raw, Child test, EventSink events) {
        this.node = node;
        this.raw = raw;
        this.test = test;
        this.events = events;
    }

    @Override
    public boolean supportsReopen() {
        return false;
    }

    @Override
    public long length() {
        return test.length();
    }

    @Override
    public boolean hasVariableLength() {
        return true;
    }

    // ---- requests

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(new Mapping.Through(raw, offset, length), length);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        int length = dst.remaining();
        try (PooledBuffer copy = BufferPool.shared().acquire(length)) {
            ByteBuffer expected = copy.buffer();
            both(
                    "read",
                    offset,
                    length,
                    child -> child.read(offset, child == raw ? expected : dst));
            int differs = dst.duplicate().mismatch(expected.duplicate());
            if (differs >= 0) {
                throw mismatch(
                        what("read", offset, length)
                                + " contents mismatch at offset "
                                + (offset + differs));
            }
        }
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        both("write", offset, src.remaining(), child -> child.write(offset, src, flags));
    }

    @Override
    public boolean flushes(Child child) {
        return false;
    }

    /// The raw copy is of use while the test runs, and needs not be stable.
    @Override
    public void flushCaches() throws BlockException {
        test.flush();
    }

    /// What is done to each of the two.
    @FunctionalInterface
    private interface Request {
        void on(Child child) throws BlockException;
    }

    /// Does a request to both at a time.
    private void both(String verb, long offset, int length, Request request) throws BlockException {
        @Nullable BlockException[] failures = new @Nullable BlockException[2];
        try (Workers workers = Workers.virtual("blkverify:" + node)) {
            workers.fork(() -> failures[1] = attempt(request, raw));
            failures[0] = attempt(request, test);
            workers.join();
        }
        int tested = status(failures[0]);
        int expected = status(failures[1]);
        if (tested != expected) {
            throw mismatch(
                    what(verb, offset, length)
                            + " return value mismatch "
                            + tested
                            + " != "
                            + expected);
        }
        if (failures[0] != null) {
            throw failures[0];
        }
    }

    private static @Nullable BlockException attempt(Request request, Child child) {
        try {
            request.on(child);
            return null;
        } catch (BlockException e) {
            return e;
        }
    }

    private static int status(@Nullable BlockException failure) {
        return failure == null ? 0 : -failure.errno().value();
    }

    private static String what(String verb, long offset, int length) {
        return "blkverify: " + verb + " offset=" + offset + " bytes=" + length;
    }

    private BlockException mismatch(String message) {
        events.emit(new BlockEvent.ContentMismatch(node, message));
        return new BlockException(Errno.EIO, message);
    }

    // ---- what it is

    @Override
    public long allocatedLength() {
        return UNKNOWN;
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return child == raw
                ? ChildPermissions.ofFilter(needed, shared)
                : ChildPermissions.ofFormat(child.roles(), needed, shared, writable);
    }

    @Override
    public Optional<String> exactFilename() {
        Optional<String> rawName = raw.node().exactFilename();
        Optional<String> testName = test.node().exactFilename();
        return rawName.isPresent() && testName.isPresent()
                ? Optional.of("blkverify:" + rawName.get() + ":" + testName.get())
                : Optional.empty();
    }

    @Override
    public void close() {}
}
