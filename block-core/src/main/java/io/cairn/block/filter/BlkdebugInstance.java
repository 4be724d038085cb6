package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.DebugEvent;
import io.cairn.block.Debuggable;
import io.cairn.block.Errno;
import io.cairn.block.Limits;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open `blkdebug` node.
final class BlkdebugInstance extends DriverInstance implements Debuggable {
    private final Child image;
    private final Limits limits;
    private final @Nullable String config;
    private final Options identity;
    private final RuleEngine rules;
    private final Breakpoints breakpoints;
    private final Permissions take;
    private final Permissions unshare;

    BlkdebugInstance(
            Child image,
            Limits limits,
            @Nullable String config,
            Options identity,
            RuleEngine rules,
            Breakpoints breakpoints,
            Permissions take,
            Permissions unshare) {
        this.image = image;
        this.limits = limits;
        this.config = config;
        this.identity = identity;
        this.rules = rules;
        this.breakpoints = breakpoints;
        this.take = take;
        this.unshare = unshare;
    }

    @Override
    public long length() {
        return image.length();
    }

    @Override
    public boolean hasVariableLength() {
        return true;
    }

    @Override
    public Limits limits(Limits inherited) {
        return inherited.mergedWith(limits);
    }

    // ---- requests

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Opaque(new Mapping.Through(image, offset, length), length);
    }

    @Override
    public Mapping mapForStatus(long offset, long length, boolean wantZero) throws BlockException {
        rules.check(IoType.BLOCK_STATUS, offset, length);
        return map(offset, length);
    }

    /// Only as long as there are rules.
    @Override
    public boolean readsItself() {
        return !rules.isIdle();
    }

    @Override
    public @Nullable Child shown() {
        return rules.isIdle() ? image : null;
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        rules.check(IoType.READ, offset, dst.remaining());
        image.read(offset, dst);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        rules.check(IoType.WRITE, offset, src.remaining());
        image.write(offset, src, flags);
    }

    /// Only a request of the preferred size or more goes through, so that the fallback to writing
    /// zeroes out is exercised.
    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        if (length < Math.max(limits.zeroAlignment(), alignment())) {
            return false;
        }
        rules.check(IoType.WRITE_ZEROES, offset, length);
        image.writeZeroes(offset, length, flags);
        return true;
    }

    /// Parts of a block that it claims to be whole do not go through.
    @Override
    public void discard(long offset, long length) throws BlockException {
        if (length < alignment()) {
            return;
        }
        rules.check(IoType.DISCARD, offset, length);
        image.discard(offset, length);
    }

    private int alignment() {
        return limits.requestAlignment();
    }

    @Override
    public void flushToDisk() throws BlockException {
        rules.check(IoType.FLUSH, 0, 0);
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        image.truncate(length, exact, preallocation, zeroNew);
    }

    @Override
    public long allocatedLength() {
        return UNKNOWN;
    }

    // ---- what it is

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        return ChildPermissions.ofFilter(needed.plus(take), shared.minus(unshare));
    }

    @Override
    public Optional<String> exactFilename() {
        boolean isPlain =
                identity.isEmpty()
                        || (identity.keys().size() == 1
                                && identity.contains(BlkdebugOptions.CONFIG));
        String rules = config == null ? "" : config;
        return isPlain
                ? image.node()
                        .exactFilename()
                        .map(name -> BlkdebugDriver.NAME + ":" + rules + ":" + name)
                : Optional.empty();
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    // ---- events

    @Override
    public boolean wantsDebugEvents() {
        return true;
    }

    @Override
    public void debugEvent(DebugEvent event) {
        rules.reached(event);
        breakpoints.reached(event);
    }

    @Override
    public void addBreakpoint(String event, String tag) throws BlockException {
        DebugEvent at =
                DebugEvent.find(event)
                        .orElseThrow(() -> new BlockException(Errno.ENOENT, Errno.ENOENT.text()));
        breakpoints.add(at, tag);
    }

    @Override
    public void removeBreakpoint(String tag) throws BlockException {
        breakpoints.remove(tag);
    }

    @Override
    public void resume(String tag) throws BlockException {
        breakpoints.resume(tag);
    }

    @Override
    public boolean isSuspended(String tag) {
        return breakpoints.isSuspended(tag);
    }

    @Override
    public void close() {}
}
