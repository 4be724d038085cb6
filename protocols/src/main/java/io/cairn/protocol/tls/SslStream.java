package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.ByteStream;

import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;

/// TLS by the JDK's engine over another stream.
final class SslStream implements ByteStream {
    /// Records that one write gathers before they are sent.
    private static final int GATHERED = 64 << 10;

    /// Type, version and length.
    private static final int RECORD_HEADER = 5;

    private final ByteStream stream;
    private final SSLEngine engine;

    /// Encrypted bytes that have come; used by the thread that reads.
    private final ByteBuffer in;

    /// Plain bytes that have come and were not taken; used by the thread that reads.
    private final ByteBuffer plain;

    private final ReentrantLock sending = new ReentrantLock();

    /// Encrypted bytes that go; guarded by the lock.
    private final ByteBuffer out;

    SslStream(ByteStream stream, SSLEngine engine) {
        this.stream = stream;
        this.engine = engine;
        int packet = engine.getSession().getPacketBufferSize();
        in = ByteBuffer.allocateDirect(4 * packet).limit(0);
        plain = ByteBuffer.allocateDirect(engine.getSession().getApplicationBufferSize()).limit(0);
        out = ByteBuffer.allocateDirect(Math.max(2 * packet, GATHERED));
    }

    /// Talks with the peer until both agree on keys.
    void handshake() throws BlockException {
        try {
            engine.beginHandshake();
            HandshakeStatus status = engine.getHandshakeStatus();
            while (status != HandshakeStatus.FINISHED
                    && status != HandshakeStatus.NOT_HANDSHAKING) {
                status =
                        switch (status) {
                            case NEED_TASK -> runTasks();
                            case NEED_WRAP -> wrapNothing();
                            case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> unwrapHandshake();
                            case FINISHED, NOT_HANDSHAKING -> status;
                        };
            }
        } catch (SSLException e) {
            throw tellAndFail(e);
        } catch (BlockException e) {
            throw TlsFailure.handshake(e);
        }
    }

    /// Sends the alert that the engine has for the peer.
    private BlockException tellAndFail(SSLException e) {
        BlockException failure = TlsFailure.handshake(e);
        try {
            engine.closeOutbound();
            wrapNothing();
        } catch (SSLException | BlockException further) {
            failure.addSuppressed(further);
        }
        return failure;
    }

    private HandshakeStatus runTasks() {
        for (Runnable task = engine.getDelegatedTask();
                task != null;
                task = engine.getDelegatedTask()) {
            task.run();
        }
        return engine.getHandshakeStatus();
    }

    /// Sends what the engine itself has to say.
    private HandshakeStatus wrapNothing() throws SSLException, BlockException {
        sending.lock();
        try {
            out.clear();
            SSLEngineResult result = engine.wrap(ByteBuffer.allocate(0), out);
            out.flip();
            if (out.hasRemaining()) {
                stream.write(out);
            }
            return result.getHandshakeStatus();
        } finally {
            sending.unlock();
        }
    }

    private HandshakeStatus unwrapHandshake() throws SSLException, BlockException {
        SSLEngineResult result = unwrap();
        if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
            throw TlsFailure.cut();
        }
        if (result.getStatus() == SSLEngineResult.Status.BUFFER_UNDERFLOW && !fill()) {
            throw TlsFailure.cut();
        }
        return result.getHandshakeStatus();
    }

    /// Decrypts one record behind what is in the plain buffer.
    private SSLEngineResult unwrap() throws SSLException {
        plain.compact();
        try {
            return engine.unwrap(in, plain);
        } finally {
            plain.flip();
        }
    }

    /// Reads more encrypted bytes.
    private boolean fill() throws BlockException {
        in.compact();
        in.flip();
        int n = stream.read(in.duplicate().limit(in.capacity()).position(in.limit()));
        if (n > 0) {
            in.limit(in.limit() + n);
        }
        return n > 0;
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException {
        try {
            while (!plain.hasRemaining()) {
                // What holds any record takes it without a copy.
                boolean isDirect = dst.remaining() >= plain.capacity();
                SSLEngineResult result = isDirect ? engine.unwrap(in, dst.duplicate()) : unwrap();
                switch (result.getStatus()) {
                    case CLOSED -> {
                        return -1;
                    }
                    case BUFFER_UNDERFLOW -> {
                        if (!fill()) {
                            return -1;
                        }
                    }
                    case OK, BUFFER_OVERFLOW -> afterHandshake(result.getHandshakeStatus());
                }
                if (isDirect && result.bytesProduced() > 0) {
                    return result.bytesProduced();
                }
            }
        } catch (SSLException e) {
            throw TlsFailure.reading(e);
        }
        int n = Math.min(plain.remaining(), dst.remaining());
        dst.duplicate().put(plain.slice(plain.position(), n));
        plain.position(plain.position() + n);
        return n;
    }

    /// New keys and tickets come in between.
    private void afterHandshake(HandshakeStatus status) throws SSLException, BlockException {
        if (status == HandshakeStatus.NEED_TASK) {
            runTasks();
        } else if (status == HandshakeStatus.NEED_WRAP) {
            wrapNothing();
        }
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        ByteBuffer[] left = new ByteBuffer[srcs.length];
        long count = 0;
        for (int i = 0; i < srcs.length; i++) {
            left[i] = srcs[i].duplicate();
            count += left[i].remaining();
        }
        sending.lock();
        try {
            out.clear();
            while (count > 0) {
                SSLEngineResult result = engine.wrap(left, out);
                count -= result.bytesConsumed();
                if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                    throw new BlockException(Errno.EPIPE, Errno.EPIPE.text());
                }
                boolean isFull = result.getStatus() == SSLEngineResult.Status.BUFFER_OVERFLOW;
                if (isFull || count == 0) {
                    stream.write(out.flip());
                    out.clear();
                }
            }
        } catch (SSLException e) {
            throw TlsFailure.writing(e);
        } finally {
            sending.unlock();
        }
    }

    /// What has come of a record is no use before the rest of it, so a peer that sends half of one
    /// is waited for here and not in a read.
    @Override
    public boolean awaitReadable(long timeoutMillis) throws BlockException {
        Patience patience = new Patience(timeoutMillis);
        try {
            while (!plain.hasRemaining()) {
                if (hasRecord()) {
                    SSLEngineResult result = unwrap();
                    if (result.getStatus() == SSLEngineResult.Status.CLOSED) {
                        return true;
                    }
                    afterHandshake(result.getHandshakeStatus());
                } else if (!stream.awaitReadable(patience.leftMillis())) {
                    return false;
                } else if (!fill()) {
                    return true;
                }
            }
            return true;
        } catch (SSLException e) {
            throw TlsFailure.reading(e);
        }
    }

    /// Whether a whole record is there (RFC 8446, section 5.1).
    private boolean hasRecord() {
        return in.remaining() >= RECORD_HEADER
                && in.remaining() - RECORD_HEADER
                        >= Short.toUnsignedInt(in.getShort(in.position() + RECORD_HEADER - 2));
    }

    @Override
    public void shutdownInput() {
        stream.shutdownInput();
    }

    @Override
    public void shutdown() {
        stream.shutdown();
    }

    /// Takes leave of the peer, unless somebody is stuck in writing to it.
    @Override
    public void close() {
        if (sending.tryLock()) {
            try {
                engine.closeOutbound();
                out.clear();
                engine.wrap(ByteBuffer.allocate(0), out);
                stream.write(out.flip());
            } catch (SSLException | BlockException e) {
                // The peer has gone already.
                stream.shutdown();
            } finally {
                sending.unlock();
            }
        }
        stream.close();
    }
}
