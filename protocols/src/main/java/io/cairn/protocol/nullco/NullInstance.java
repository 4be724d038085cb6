package io.cairn.protocol.nullco;

import io.cairn.block.Buffers;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/// An open null node.
final class NullInstance extends DriverInstance {
    private final String filename;
    private final NullOptions options;

    NullInstance(String filename, NullOptions options) {
        this.filename = filename;
        this.options = options;
    }

    @Override
    public long length() {
        return options.size();
    }

    @Override
    public Mapping map(long offset, long length) {
        return options.readsZeroes()
                ? new Mapping.Zero(null, offset, length)
                : new Mapping.Unallocated(length);
    }

    @Override
    public boolean readsItself() {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer dst) {
        delay();
        if (options.readsZeroes()) {
            Buffers.zero(dst);
        }
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) {
        delay();
    }

    @Override
    public boolean supportsFua() {
        return true;
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) {
        delay();
        return true;
    }

    @Override
    public void flushToDisk() {
        delay();
    }

    private void delay() {
        long latency = options.latencyNanos();
        if (latency > 0) {
            long end = System.nanoTime() + latency;
            for (long left = latency; left > 0; left = end - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }

    @Override
    public long allocatedLength() {
        return 0;
    }

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        throw new IllegalStateException("a null node has no children");
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) {
        return Prepared.NOTHING;
    }

    @Override
    public Optional<String> exactFilename() {
        return options.identity().isEmpty() ? Optional.of(filename) : Optional.empty();
    }

    @Override
    public Options identityOptions() {
        return new Options(options.identity());
    }

    @Override
    public void close() {}
}
