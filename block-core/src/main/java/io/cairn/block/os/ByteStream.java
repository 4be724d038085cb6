package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Bytes in both directions to one peer: a socket, or what is spoken over one.
///
/// One thread may read while another writes; two threads that read, or two that write, must take
/// turns. Buffers are direct and taken from position to limit without moving either. A platform
/// thread waits in the call; a virtual thread parks.
public interface ByteStream extends AutoCloseable {
    /// Reads what has come, waiting for at least one byte.
    ///
    /// @return the bytes read, or -1 when the peer has ended its side
    int read(ByteBuffer dst) throws BlockException;

    /// The same, but with limited patience.
    ///
    /// @param patienceMillis about how long it waits at most; more where a stream cannot tell
    /// @return the bytes read, 0 when the time was over first, or -1 when the peer has ended its
    ///   side
    default int read(ByteBuffer dst, long patienceMillis) throws BlockException {
        return awaitReadable(patienceMillis) ? read(dst) : 0;
    }

    /// Reads as {@link #read(ByteBuffer)} does, and takes the descriptors that came beside the
    /// bytes.
    ///
    /// @param taker gets them, and owns them
    default int read(ByteBuffer dst, Consumer<PassedDescriptor> taker) throws BlockException {
        return read(dst);
    }

    /// Fills a buffer, waiting for as long as it takes.
    ///
    /// @return the bytes read, which are fewer only if the peer has ended its side
    default int readFully(ByteBuffer dst) throws BlockException {
        int done = 0;
        while (done < dst.remaining()) {
            int n = read(dst.slice(dst.position() + done, dst.remaining() - done));
            if (n < 0) {
                break;
            }
            done += n;
        }
        return done;
    }

    /// Writes all buffers in turn.
    void write(ByteBuffer... srcs) throws BlockException;

    /// Whether pages of files can be written, and that is faster than writing copies of them.
    default boolean takesPages() {
        return false;
    }

    /// Writes pages that a pipe holds; only where {@link #takesPages()} and by a platform thread.
    /// After a failure the pipe is of no further use.
    default void write(PagePipe pipe, int length) throws BlockException {
        throw new IllegalStateException("no pages here");
    }

    /// Waits until something can be read or the peer has gone.
    ///
    /// @return false when the time was over first
    boolean awaitReadable(long timeoutMillis) throws BlockException;

    /// Takes no more bytes from the peer: whoever waits for some is told that there are no more.
    /// What is being written goes on.
    void shutdownInput();

    /// Ends both directions: whoever waits in a call returns or fails. Never blocks; may be called
    /// by any thread, also after {@link #close()}.
    void shutdown();

    /// Ends the stream and gives its descriptor back once no call uses it.
    @Override
    void close();
}
