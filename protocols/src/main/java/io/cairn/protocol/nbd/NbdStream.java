package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// The bytes that come from a peer, gathered in a buffer, so that many small messages cost one
/// call.
///
/// For one thread at a time.
public final class NbdStream {
    private static final int FIRST_SIZE = 8 << 10;

    /// The longest message that is waited for as a whole.
    public static final int MAX_SIZE = 256 << 10;

    private final ByteStream stream;
    private ByteBuffer in;

    /// A reader of what a stream brings from now on.
    public NbdStream(ByteStream stream) {
        this.stream = stream;
        in = ByteBuffer.allocateDirect(FIRST_SIZE).limit(0);
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

    /// Leaves the present buffer to who still looks at what was taken from it.
    public void moveOn() {
        resize(in.capacity());
    }

    private void resize(int size) {
        ByteBuffer next = ByteBuffer.allocateDirect(size);
        next.put(in.duplicate()).flip();
        in = next;
    }

    /// Waits until this many bytes are in the buffer, at most {@link #MAX_SIZE}.
    ///
    /// @return false if the peer had nothing more to say, and had not begun to
    /// @throws BlockException with `ECONNRESET` if the peer ended within them
    public boolean await(int count) throws BlockException {
        while (in.remaining() < count) {
            int had = in.remaining();
            if (in.capacity() < count) {
                resize(Math.min(MAX_SIZE, Integer.highestOneBit(count) << 1));
            } else if (in.capacity() - in.position() < count || had == 0) {
                in.compact().flip();
            }
            int n = stream.read(in.duplicate().limit(in.capacity()).position(in.limit()));
            if (n < 0) {
                if (had == 0) {
                    return false;
                }
                throw ended();
            }
            in.limit(in.limit() + n);
            if (in.limit() == in.capacity() && in.capacity() < MAX_SIZE) {
                // So much comes at once that a longer buffer saves calls.
                resize(2 * in.capacity());
            }
        }
        return true;
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
        while (done < dst.remaining()) {
            int n = stream.read(dst.slice(dst.position() + done, dst.remaining() - done));
            if (n < 0) {
                throw ended();
            }
            done += n;
        }
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
