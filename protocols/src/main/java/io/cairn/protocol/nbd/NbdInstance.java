package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Buffers;
import io.cairn.block.Bytes;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Limits;
import io.cairn.block.OutOfSpaceException;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.option.Options;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.ChildPermissions;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.Mapping;
import io.cairn.block.spi.Prepared;
import io.cairn.block.spi.ReopenContext;

import java.nio.ByteBuffer;
import java.util.Optional;

/// An open node on a server.
final class NbdInstance extends DriverInstance {
    /// The longest range that a plain header can tell, a multiple of every block size.
    private static final long MAX_PLAIN = 0x7ff00000L;

    /// Of longer pieces, a few under way at one time do not stay in the processors' caches between
    /// disk and socket.
    private static final int BEST_PIECE = 1 << 20;

    private final NbdLinks link;
    private final SocketEndpoint endpoint;
    private final NbdOptions options;
    private final Options identity;

    NbdInstance(NbdLinks link, SocketEndpoint endpoint, NbdOptions options, Options identity) {
        this.link = link;
        this.endpoint = endpoint;
        this.options = options;
        this.identity = identity;
    }

    /// The disk's length, which may be more after a new connection.
    @Override
    public long length() {
        return seen().length();
    }

    private ExportInfo seen() {
        return link.info();
    }

    /// Whether the server refuses writes.
    boolean isReadOnly() {
        return seen().has(NbdWire.FLAG_READ_ONLY);
    }

    @Override
    public Limits limits(Limits inherited) {
        int max = seen().maximumBlock() == 0 ? NbdWire.MAX_PAYLOAD : seen().maximumBlock();
        int block = block();
        long range = seen().length() > MAX_PLAIN ? MAX_PLAIN : 0;
        return Limits.NONE
                .withRequestAlignment(Math.min(block, 1 << 20))
                .withTransfer(Math.min(max, NbdWire.MAX_PAYLOAD), Math.min(max, BEST_PIECE))
                .withZeroes(block, range)
                .withDiscard(block, range);
    }

    // ---- data

    @Override
    public Mapping map(long offset, long length) {
        return new Mapping.Stored(offset, length);
    }

    @Override
    public void read(long offset, ByteBuffer dst) throws BlockException {
        int count = (int) inside(offset, dst.remaining());
        if (count > 0) {
            link.run(NbdRequest.read(offset, Buffers.slice(dst, 0, count)));
        }
        Bytes.zero(dst, dst.position() + count, dst.remaining() - count);
    }

    @Override
    public void write(long offset, ByteBuffer src, WriteFlags flags) throws BlockException {
        int count = (int) inside(offset, src.remaining());
        if (!Bytes.isZero(src, src.position() + count, src.remaining() - count)) {
            throw new OutOfSpaceException(Errno.ENOSPC.text());
        }
        if (count > 0) {
            link.run(NbdRequest.write(offset, Buffers.slice(src, 0, count), fua(flags)));
        }
    }

    /// As much of a range as the export has: the graph counts in sectors, an export in bytes.
    private long inside(long offset, long count) {
        return Math.clamp(seen().length() - offset, 0, count);
    }

    private int block() {
        return Math.max(1, seen().minimumBlock());
    }

    /// As much of a length as is made of whole blocks of the server.
    private long wholeBlocks(long count) {
        return count - Math.floorMod(count, block());
    }

    @Override
    public boolean supportsFua() {
        return seen().has(NbdWire.FLAG_SEND_FUA);
    }

    private int fua(WriteFlags flags) {
        return flags.fua() && supportsFua() ? NbdWire.CMD_FLAG_FUA : 0;
    }

    @Override
    public boolean writeZeroes(long offset, long length, WriteFlags flags) throws BlockException {
        boolean isFastKnown = seen().has(NbdWire.FLAG_SEND_FAST_ZERO);
        if (!seen().has(NbdWire.FLAG_SEND_WRITE_ZEROES) || (flags.noFallback() && !isFastKnown)) {
            return false;
        }
        int bits = fua(flags);
        bits |= flags.mayUnmap() ? 0 : NbdWire.CMD_FLAG_NO_HOLE;
        bits |= flags.noFallback() ? NbdWire.CMD_FLAG_FAST_ZERO : 0;
        long count = inside(offset, length);
        if (count == 0) {
            return true;
        }
        try {
            link.run(NbdRequest.of(NbdWire.CMD_WRITE_ZEROES, bits, offset, count));
            return true;
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOTSUP) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        // What the server could not address as a whole block is kept.
        long start = Math.ceilDiv(offset, block()) * block();
        long count = wholeBlocks(inside(offset, length) - (start - offset));
        if (seen().has(NbdWire.FLAG_SEND_TRIM) && count > 0) {
            link.run(NbdRequest.of(NbdWire.CMD_TRIM, 0, start, count));
        }
    }

    @Override
    public void flushToDisk() throws BlockException {
        if (seen().has(NbdWire.FLAG_SEND_FLUSH)) {
            link.run(NbdRequest.of(NbdWire.CMD_FLUSH, 0, 0, 0));
        }
    }

    @Override
    public void truncate(long length, boolean exact, Preallocation preallocation, boolean zeroNew)
            throws BlockException {
        if (exact && length != seen().length()) {
            throw new BlockException(Errno.ENOTSUP, "Cannot resize NBD nodes");
        }
        if (length > seen().length()) {
            throw new InvalidOptionException("Cannot grow NBD nodes");
        }
    }

    @Override
    public long allocatedLength() {
        return UNKNOWN;
    }

    // ---- status

    @Override
    public Mapping mapForStatus(long offset, long length, boolean wantZero) throws BlockException {
        long count = inside(offset, length);
        if (count == 0) {
            return new Mapping.Zero(null, offset, length);
        }
        NbdConnection now = link.connected();
        if (now == null || !now.knowsStatus()) {
            return new Mapping.Stored(offset, count);
        }
        long asked = wholeBlocks(now.isExtended() ? count : Math.min(count, MAX_PLAIN));
        if (asked == 0) {
            return new Mapping.Stored(offset, count);
        }
        NbdRequest answer =
                link.run(
                        NbdRequest.of(
                                NbdWire.CMD_BLOCK_STATUS, NbdWire.CMD_FLAG_REQ_ONE, offset, asked));
        if (answer.extents.isEmpty()) {
            throw new BlockException(Errno.EIO, "Server did not reply with any status extents");
        }
        NbdRequest.Extent extent = answer.extents.getFirst();
        long n = Math.min(asked, extent.length());
        boolean isHole = (extent.flags() & NbdWire.STATE_HOLE) != 0;
        if ((extent.flags() & NbdWire.STATE_ZERO) != 0) {
            return isHole
                    ? new Mapping.Zero(null, offset, n)
                    : new Mapping.Told(
                            new BlockStatus(n, true, true, true, offset, null, false, false));
        }
        return isHole ? new Mapping.Unallocated(n) : new Mapping.Stored(offset, n);
    }

    // ---- the node

    @Override
    public ChildPermissions childPermissions(
            Child child, Permissions needed, Permissions shared, boolean writable) {
        throw new IllegalStateException("a server has no children");
    }

    @Override
    public Prepared prepareReopen(ReopenContext context) throws BlockException {
        if (!context.flags().readOnly() && isReadOnly()) {
            throw new BlockException(
                    Errno.EACCES, "Can't reopen read-only NBD mount as read/write");
        }
        return Prepared.NOTHING;
    }

    @Override
    public Optional<String> exactFilename() {
        String path = options.export() == null ? "" : "/" + options.export();
        return switch (endpoint) {
            case SocketEndpoint.Unix unix when !unix.isAbstract() ->
                    Optional.of("nbd+unix://" + path + "?socket=" + unix.path());
            case SocketEndpoint.Inet inet ->
                    Optional.of("nbd://" + inet.host() + ":" + inet.port() + path);
            case SocketEndpoint.Unix _, SocketEndpoint.Vsock _, SocketEndpoint.Descriptor _ ->
                    Optional.empty();
        };
    }

    @Override
    public Options identityOptions() {
        return new Options(identity);
    }

    @Override
    public void cancelWaiting() {
        link.cancelWaiting();
    }

    @Override
    public void close() {
        link.close();
    }
}
