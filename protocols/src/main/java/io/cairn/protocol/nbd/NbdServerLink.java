package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.Errno;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/// The way to a server, which is made anew when it is lost. Requests that were under way then are
/// sent again.
final class NbdServerLink {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    private final SocketEndpoint endpoint;
    private final NbdOptions options;
    private final @Nullable TlsCredentials tls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by the lock.
    private @Nullable NbdConnection connection;
    private boolean isConnecting;
    private boolean isClosed;

    /// When requests stop to wait for the server, by the clock of `System.nanoTime`.
    private long patienceEnds;

    NbdServerLink(SocketEndpoint endpoint, NbdOptions options, @Nullable TlsCredentials tls) {
        this.endpoint = endpoint;
        this.options = options;
        this.tls = tls;
    }

    /// Connects for the first time.
    ExportInfo open() throws BlockException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.openSeconds());
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            try {
                NbdConnection first = connect();
                lock.lock();
                try {
                    connection = first;
                } finally {
                    lock.unlock();
                }
                return first.info();
            } catch (BlockException e) {
                if (options.openSeconds() == 0 || System.nanoTime() - end >= 0) {
                    throw e;
                }
            }
            pause(pause, end);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    private NbdConnection connect() throws BlockException {
        HostSocket socket;
        try {
            socket = HostSocket.connect(endpoint);
        } catch (BlockException e) {
            throw named(e);
        }
        try {
            ClientHandshake handshake = new ClientHandshake(socket, tls, tlsHost());
            String export = options.export() == null ? "" : options.export();
            String context =
                    options.dirtyBitmap() == null ? NbdWire.BASE_ALLOCATION : options.dirtyBitmap();
            ExportInfo info = handshake.choose(export, context);
            if (options.dirtyBitmap() != null && handshake.contextId() < 0) {
                throw new BlockException(
                        Errno.EINVAL,
                        "requested x-dirty-bitmap " + options.dirtyBitmap() + " not found");
            }
            return new NbdConnection(handshake, info);
        } catch (BlockException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    private BlockException named(BlockException e) {
        if (endpoint instanceof SocketEndpoint.Descriptor given && e.errno() == Errno.ENOTSOCK) {
            return new BlockException(
                    Errno.EINVAL, "File descriptor '" + given.fd() + "' is not a socket");
        }
        boolean isPlain = e.getMessage().equals(e.errno().text());
        return isPlain ? e.prefixed("Failed to connect to '" + endpoint + "'") : e;
    }

    private @Nullable String tlsHost() {
        if (options.tlsHostname() != null) {
            return options.tlsHostname();
        }
        return endpoint instanceof SocketEndpoint.Inet inet ? inet.host() : null;
    }

    // ---- requests

    /// Has the server carry out a request.
    ///
    /// @return the request that was answered, which is another one if it had to be sent again
    NbdRequest run(NbdRequest first) throws BlockException {
        NbdRequest request = first;
        while (true) {
            NbdConnection current = current();
            try {
                current.run(request);
                return request;
            } catch (NbdConnection.ConnectionLostException e) {
                lost(current);
                if (options.reconnectSeconds() == 0) {
                    BlockException failure = new BlockException(Errno.EIO, Errno.EIO.text());
                    failure.initCause(e.failure());
                    throw failure;
                }
            }
            request = request.again();
        }
    }

    /// The connection, while there is one.
    @Nullable NbdConnection connected() {
        lock.lock();
        try {
            return connection;
        } finally {
            lock.unlock();
        }
    }

    private void lost(NbdConnection gone) {
        lock.lock();
        try {
            if (connection == gone) {
                connection = null;
                patienceEnds =
                        System.nanoTime() + TimeUnit.SECONDS.toNanos(options.reconnectSeconds());
                gone.abandon();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The connection; without one, one of the requests makes it while the others wait.
    private NbdConnection current() throws BlockException {
        lock.lock();
        try {
            awaitConnection();
            if (isClosed) {
                throw new BlockException(Errno.EIO, Errno.EIO.text());
            }
            if (connection != null) {
                return connection;
            }
            isConnecting = true;
        } finally {
            lock.unlock();
        }
        NbdConnection made = null;
        try {
            made = reconnect();
            return made;
        } finally {
            lock.lock();
            try {
                connection = made;
                isConnecting = false;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// Waits while another request makes the connection.
    private void awaitConnection() throws BlockException {
        try (CancelScope.Watch watch = CancelScope.watch(this::wakeAll)) {
            while (connection == null && isConnecting && !isClosed) {
                watch.check();
                changed.awaitUninterruptibly();
            }
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Tries until the patience of requests is over, but once at least.
    private NbdConnection reconnect() throws BlockException {
        long pause = FIRST_PAUSE_MILLIS;
        long end = patienceEnds;
        while (true) {
            try {
                return connect();
            } catch (BlockException e) {
                if (System.nanoTime() - end >= 0) {
                    BlockException failure = new BlockException(Errno.EIO, Errno.EIO.text());
                    failure.initCause(e);
                    throw failure;
                }
            }
            pause(pause, end);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    /// Waits a while before the next try. An interrupted thread does not wait.
    private static void pause(long millis, long end) throws BlockException {
        long until = Math.min(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis), end);
        Thread me = Thread.currentThread();
        try (CancelScope.Watch watch = CancelScope.watch(() -> LockSupport.unpark(me))) {
            for (long left = until - System.nanoTime();
                    left > 0 && !me.isInterrupted();
                    left = until - System.nanoTime()) {
                watch.check();
                LockSupport.parkNanos(left);
            }
        }
    }

    void close() {
        NbdConnection last;
        lock.lock();
        try {
            isClosed = true;
            last = connection;
            connection = null;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close();
        }
    }
}
