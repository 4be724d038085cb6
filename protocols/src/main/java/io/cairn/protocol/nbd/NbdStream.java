package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The bytes that come from a peer, gathered in a buffer, so that many small messages cost one
/// call.
///
/// For one thread at a time.
public final class NbdStream implements AutoCloseable {
    private static final int FIRST_SIZE = 8 << 10;

    /// The longest message that is waited for as a whole.
    public static final int MAX_SIZE = 256 << 10;

    /// From this length on, what goes with a message is worth being read to its place at once.
    private static final int LONG = 64 << 10;

    /// In so many steps the longest header is read.
    private static final int HEADER_READS = 3;

    private static final ByteBuffer NOTHING = ByteBuffer.allocateDirect(0);

    private final ByteStream stream;
    private final boolean isPooled;
    private ByteBuffer in = NOTHING;

    /// How often no more is read than is asked for: what follows a long message is likely to be
    /// long too, and what comes here has to be copied.
    private int exactReads;

    private long fillNanos;

    /// The loan of the buffer, if it is one.
    private @Nullable PooledBuffer lent;

    /// What a wait has come to.
    public enum Arrival {
        /// The bytes are there.
        THERE,
        /// Nothing more has come in time; what there is of the bytes stays in the buffer.
        NOTHING_YET,
        /// The peer had nothing more to say, and had not begun to.
        ENDED
    }

    /// A reader of what a stream brings from now on.
    public NbdStream(ByteStream stream) {
        this(stream, false);
    }

    private NbdStream(ByteStream stream, boolean isPooled) {
        this.stream = stream;
        this.isPooled = isPooled;
    }

    /// The same with a buffer from the pool, which must be given back by {@link #close()}.
    public static NbdStream pooled(ByteStream stream) {
        return new NbdStream(stream, true);
    }

    /// The stream itself, for what goes to the peer.
    public ByteStream stream() {
        return stream;
    }

    /// The buffer, whose position is where the bytes that were waited for begin.
    public ByteBuffer in() {
        return in;
    }

    /// Bytes that can be had without waiting.
    public int buffered() {
        return in.remaining();
    }

    /// Leaves the present buffer to who still looks at what was taken from it, and goes on with
    /// another one.
    ///
    /// @return the present buffer, for who looks at it to give back
    public @Nullable PooledBuffer moveOn() throws BlockException {
        PooledBuffer before = lent;
        replace(in.capacity());
        return before;
    }

    /// Goes on with a buffer of another size.
    private void resize(int size) throws BlockException {
        PooledBuffer before = lent;
        replace(size);
        if (before != null) {
            before.close();
        }
    }

    private void replace(int size) throws BlockException {
        PooledBuffer next = isPooled ? BufferPool.shared().acquire(size) : null;
        ByteBuffer room = next == null ? ByteBuffer.allocateDirect(size) : next.buffer();
        in = room.put(in.duplicate()).flip();
        lent = next;
    }

    /// Gives the buffer back while there is nothing in it.
    public void rest() {
        if (!in.hasRemaining()) {
            close();
        }
    }

    /// Gives the buffer back; what was in it is lost. The stream stays open.
    @Override
    public void close() {
        PooledBuffer before = lent;
        in = NOTHING;
        lent = null;
        if (before != null) {
            before.close();
        }
    }

    /// Waits until this many bytes are in the buffer, at most {@link #MAX_SIZE}.
    ///
    /// @return false if the peer had nothing more to say, and had not begun to
    /// @throws BlockException with `ECONNRESET` if the peer ended within them
    public boolean await(int count) throws BlockException {
        return await(count, 0) == Arrival.THERE;
    }

    /// The same with limited patience for each of the steps in which they come.
    ///
    /// @param patienceMillis 0 for any
    public Arrival await(int count, long patienceMillis) throws BlockException {
        while (in.remaining() < count) {
            int had = in.remaining();
            if (in.capacity() < count) {
                resize(Math.clamp(Integer.highestOneBit(count) << 1, FIRST_SIZE, MAX_SIZE));
            } else if (in.capacity() - in.position() < count || had == 0) {
                in.compact().flip();
            }
            int room = exactReads > 0 ? count - had : in.capacity() - in.limit();
            exactReads = Math.max(0, exactReads - 1);
            ByteBuffer free = in.duplicate().limit(in.limit() + room).position(in.limit());
            int n = patienceMillis == 0 ? stream.read(free) : stream.read(free, patienceMillis);
            if (n < 0) {
                if (had == 0) {
                    return Arrival.ENDED;
                }
                throw ended();
            }
            if (n == 0) {
                return Arrival.NOTHING_YET;
            }
            in.limit(in.limit() + n);
            if (in.limit() == in.capacity() && in.capacity() < MAX_SIZE) {
                // So much comes at once that a longer buffer saves calls.
                resize(2 * in.capacity());
            }
        }
        return Arrival.THERE;
    }

    /// Waits until this many bytes are in the buffer; the peer must send them.
    public void require(int count) throws BlockException {
        if (!await(count)) {
            throw ended();
        }
    }

    /// Fills a buffer, which may be longer than ours.
    public void readFully(ByteBuffer dst) throws BlockException {
        int done = Math.min(in.remaining(), dst.remaining());
        dst.duplicate().put(in.slice(in.position(), done));
        in.position(in.position() + done);
        int rest = dst.remaining() - done;
        if (rest > 0) {
            long began = System.nanoTime();
            int n = stream.readFully(dst.slice(dst.position() + done, rest));
            fillNanos += System.nanoTime() - began;
            if (n < rest) {
                throw ended();
            }
        }
        exactReads = dst.remaining() >= LONG ? HEADER_READS : 0;
    }

    /// How long the calls of {@link #readFully} have waited in all.
    public long fillNanos() {
        return fillNanos;
    }

    /// Passes over bytes.
    public void skip(long count) throws BlockException {
        long left = count;
        while (left > 0) {
            require(1);
            int n = (int) Math.min(left, in.remaining());
            in.position(in.position() + n);
            left -= n;
        }
    }

    /// Takes a text in UTF-8 of at most {@link NbdWire#MAX_STRING} bytes.
    ///
    /// @throws BlockException with `EINVAL` if it is none
    public String text(int length) throws BlockException {
        if (length < 0 || length > NbdWire.MAX_STRING) {
            throw new BlockException(Errno.EINVAL, "Invalid string length " + length);
        }
        require(length);
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        return decode(bytes);
    }

    /// The text that bytes in UTF-8 are; there is no zero in it.
    public static String decode(ByteBuffer bytes) throws BlockException {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.duplicate()).toString();
            if (text.indexOf('\0') < 0) {
                return text;
            }
        } catch (CharacterCodingException e) {
            BlockException failure = new BlockException(Errno.EINVAL, "Invalid string");
            failure.initCause(e);
            throw failure;
        }
        throw new BlockException(Errno.EINVAL, "Invalid string");
    }

    private static BlockException ended() {
        return new BlockException(
                Errno.ECONNRESET, "Unexpected end-of-file before all data were read");
    }
}
