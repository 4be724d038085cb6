package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.ByteStream;

import org.bouncycastle.tls.TlsClient;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsProtocol;
import org.bouncycastle.tls.TlsServer;
import org.bouncycastle.tls.TlsServerProtocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/// TLS by Bouncy Castle over another stream: it knows how to agree on keys without certificates,
/// which the JDK's engine does not.
///
/// The protocol object works on arrays in memory, under one lock that is never held in a call of
/// the stream below. Whoever sends holds the other lock from taking encrypted bytes until they have
/// been written, so records stay in order.
final class BcStream implements ByteStream {
    /// Plain bytes of one record.
    private static final int RECORD = 16 << 10;

    /// Encrypted bytes that are read or written at once: a few records.
    private static final int GATHERED = 68 << 10;

    private final ByteStream stream;
    private final TlsProtocol protocol;

    /// Guards the protocol object; taken inside the other lock.
    private final ReentrantLock state = new ReentrantLock();

    private final ReentrantLock sending = new ReentrantLock();

    /// Encrypted bytes that go, and plain bytes on the way to them; guarded by `sending`.
    private final ByteBuffer out = ByteBuffer.allocateDirect(GATHERED);

    private final byte[] record = new byte[RECORD];

    /// Encrypted bytes that have come; used by the thread that reads.
    private final ByteBuffer in = ByteBuffer.allocateDirect(GATHERED);

    private final byte[] encrypted = new byte[GATHERED];

    private BcStream(ByteStream stream, TlsProtocol protocol) {
        this.stream = stream;
        this.protocol = protocol;
    }

    /// Puts TLS over a stream whose peer begins it.
    static BcStream accept(ByteStream stream, TlsServer server) throws BlockException {
        TlsServerProtocol protocol = new TlsServerProtocol();
        BcStream secure = new BcStream(stream, protocol);
        secure.handshake(() -> protocol.accept(server));
        return secure;
    }

    /// Puts TLS over a stream and begins it.
    static BcStream connect(ByteStream stream, TlsClient client) throws BlockException {
        TlsClientProtocol protocol = new TlsClientProtocol();
        BcStream secure = new BcStream(stream, protocol);
        secure.handshake(() -> protocol.connect(client));
        return secure;
    }

    private interface Start {
        void run() throws IOException;
    }

    private void handshake(Start start) throws BlockException {
        try {
            start.run();
            send();
            while (protocol.isHandshaking()) {
                if (!receive()) {
                    throw TlsFailure.cut();
                }
            }
        } catch (IOException e) {
            BlockException failure = TlsFailure.handshake(e);
            try {
                // The alert that says so.
                send();
            } catch (BlockException further) {
                failure.addSuppressed(further);
            }
            throw failure;
        }
    }

    /// Takes what has come to the protocol object, and sends what it answers.
    ///
    /// @return false if the peer had nothing more to say
    private boolean receive() throws IOException {
        int n = stream.read(in.clear());
        if (n < 0) {
            return false;
        }
        in.get(0, encrypted, 0, n);
        boolean answers;
        state.lock();
        try {
            protocol.offerInput(encrypted, 0, n);
        } finally {
            answers = protocol.getAvailableOutputBytes() > 0;
            state.unlock();
        }
        if (answers) {
            send();
        }
        return true;
    }

    /// Sends what the protocol object has for the peer.
    private void send() throws BlockException {
        sending.lock();
        try {
            while (take() > 0) {
                stream.write(out.flip());
            }
        } finally {
            sending.unlock();
        }
    }

    private int take() {
        out.clear();
        state.lock();
        try {
            int n = Math.min(protocol.getAvailableOutputBytes(), out.capacity());
            return n == 0 ? 0 : protocol.readOutput(out, n);
        } finally {
            state.unlock();
        }
    }

    @Override
    public int read(ByteBuffer dst) throws BlockException {
        try {
            while (true) {
                state.lock();
                try {
                    int n = Math.min(protocol.getAvailableInputBytes(), dst.remaining());
                    if (n > 0) {
                        return protocol.readInput(dst.duplicate(), n);
                    }
                    if (protocol.isClosed()) {
                        return -1;
                    }
                } finally {
                    state.unlock();
                }
                if (!receive()) {
                    return -1;
                }
            }
        } catch (BlockException e) {
            throw e;
        } catch (IOException e) {
            throw TlsFailure.reading(e);
        }
    }

    @Override
    public void write(ByteBuffer... srcs) throws BlockException {
        sending.lock();
        try {
            int filled = 0;
            for (ByteBuffer src : srcs) {
                ByteBuffer left = src.duplicate();
                while (left.hasRemaining()) {
                    int n = Math.min(left.remaining(), RECORD - filled);
                    left.get(record, filled, n);
                    filled += n;
                    if (filled == RECORD) {
                        encrypt(filled);
                        filled = 0;
                    }
                }
            }
            if (filled > 0) {
                encrypt(filled);
            }
            send();
        } catch (BlockException e) {
            throw e;
        } catch (IOException e) {
            throw TlsFailure.writing(e);
        } finally {
            sending.unlock();
        }
    }

    /// Encrypts a record, and sends some when there are enough for one call.
    private void encrypt(int length) throws IOException {
        int waiting;
        state.lock();
        try {
            if (protocol.isClosed()) {
                throw new BlockException(Errno.EPIPE, Errno.EPIPE.text());
            }
            protocol.writeApplicationData(record, 0, length);
            waiting = protocol.getAvailableOutputBytes();
        } finally {
            state.unlock();
        }
        if (waiting > GATHERED - RECORD - 256) {
            send();
        }
    }

    /// What has come of a record is no use before the rest of it, so a peer that sends half of one
    /// is waited for here and not in a read.
    @Override
    public boolean awaitReadable(long timeoutMillis) throws BlockException {
        Patience patience = new Patience(timeoutMillis);
        try {
            while (!hasPlain()) {
                if (!stream.awaitReadable(patience.leftMillis())) {
                    return false;
                }
                if (!receive()) {
                    return true;
                }
            }
            return true;
        } catch (BlockException e) {
            throw e;
        } catch (IOException e) {
            throw TlsFailure.reading(e);
        }
    }

    /// Whether a read has not to wait.
    private boolean hasPlain() {
        state.lock();
        try {
            return protocol.getAvailableInputBytes() > 0 || protocol.isClosed();
        } finally {
            state.unlock();
        }
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
                sayGoodbye();
                send();
            } catch (IOException e) {
                // The peer has gone already.
                stream.shutdown();
            } finally {
                sending.unlock();
            }
        }
        stream.close();
    }

    private void sayGoodbye() throws IOException {
        state.lock();
        try {
            protocol.close();
        } finally {
            state.unlock();
        }
    }
}
