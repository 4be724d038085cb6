package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.CancelScope;
import io.cairn.block.Errno;
import io.cairn.block.Workers;
import io.cairn.block.os.HostSocket;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// One connection to a server, which is made anew when it is lost. Requests that were under way
/// then are sent again.
///
/// A thread of its own connects, and lives only while it tries, so that whoever waits for a server
/// can be told to wait no longer whatever the server does.
final class NbdServerLink {
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 1000;

    /// How long a request whose patience is over still waits for the one try that it is owed.
    private static final long LAST_TRY_SECONDS = 10;

    private final SocketEndpoint endpoint;
    private final NbdOptions options;
    private final @Nullable TlsCredentials tls;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// What the server has said of the export, when we connected last. Written under the lock.
    private volatile @Nullable ExportInfo info;

    // Guarded by the lock.
    private @Nullable NbdConnection connection;

    private boolean isConnecting;
    private boolean isClosed;

    /// The socket over which a handshake goes on.
    private @Nullable HostSocket trying;

    /// Tries that have failed, and why the last one did.
    private long failures;

    private @Nullable BlockException lastFailure;

    /// Counts the calls that made waiting requests give up.
    private long cancellations;

    /// When requests stop to wait for the server, by the clock of `System.nanoTime`.
    private long patienceEnds;

    /// @param info what is known of the export from another connection, or null
    NbdServerLink(
            SocketEndpoint endpoint,
            NbdOptions options,
            @Nullable TlsCredentials tls,
            @Nullable ExportInfo info) {
        this.endpoint = endpoint;
        this.options = options;
        this.tls = tls;
        this.info = info;
        patienceEnds = System.nanoTime();
    }

    /// Connects for the first time.
    ExportInfo open() throws BlockException {
        lock.lock();
        try {
            patienceEnds = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.openSeconds());
            boolean isPatient = options.openSeconds() > 0;
            startConnecting();
            while (connection == null && isConnecting) {
                if (!isPatient) {
                    changed.awaitUninterruptibly();
                } else if (System.nanoTime() - patienceEnds < 0) {
                    Workers.awaitUntil(changed, patienceEnds);
                } else {
                    break;
                }
            }
            if (connection != null) {
                return info();
            }
            isClosed = true;
            abandonTry();
            throw lastFailure == null ? timedOut() : lastFailure;
        } finally {
            lock.unlock();
        }
    }

    private BlockException timedOut() {
        return new BlockException(
                Errno.ETIMEDOUT,
                "Failed to connect to '" + endpoint + "': " + Errno.ETIMEDOUT.text());
    }

    /// What the server has said of the export, when we connected last.
    ExportInfo info() {
        ExportInfo known = info;
        if (known == null) {
            throw new IllegalStateException("not connected yet");
        }
        return known;
    }

    // ---- connecting

    private void startConnecting() {
        if (!isConnecting) {
            isConnecting = true;
            Workers.startDaemon("nbd:connect " + endpoint, this::connectUntilDone);
        }
    }

    /// Tries until the patience of requests is over, but once at least.
    private void connectUntilDone() {
        long pause = FIRST_PAUSE_MILLIS;
        while (true) {
            NbdConnection made = null;
            BlockException failure = null;
            try {
                made = connect();
            } catch (BlockException e) {
                failure = e;
            } catch (RuntimeException e) {
                failure = new BlockException(Errno.EIO, "internal error: " + e);
                failure.initCause(e);
            }
            lock.lock();
            try {
                if (isOver(made, failure)) {
                    return;
                }
                long now = System.nanoTime();
                Workers.awaitUntil(
                        changed,
                        Math.min(now + TimeUnit.MILLISECONDS.toNanos(pause), patienceEnds));
            } finally {
                lock.unlock();
            }
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    /// Takes in what a try has brought.
    private boolean isOver(@Nullable NbdConnection made, @Nullable BlockException failure) {
        trying = null;
        if (made != null && !isClosed) {
            connection = made;
            info = made.info();
        } else if (made != null) {
            made.abandon();
        } else {
            failures++;
            lastFailure = failure;
        }
        boolean isOver = made != null || isClosed || System.nanoTime() - patienceEnds >= 0;
        isConnecting = !isOver;
        changed.signalAll();
        return isOver;
    }

    private NbdConnection connect() throws BlockException {
        HostSocket socket;
        try {
            socket = HostSocket.connect(endpoint);
        } catch (BlockException e) {
            throw named(e);
        }
        try {
            announce(socket);
            ClientHandshake handshake = new ClientHandshake(socket, tls, tlsHost());
            String export = options.export() == null ? "" : options.export();
            String context =
                    options.dirtyBitmap() == null ? NbdWire.BASE_ALLOCATION : options.dirtyBitmap();
            ExportInfo found = handshake.choose(export, context);
            if (options.dirtyBitmap() != null && handshake.contextId() < 0) {
                throw new BlockException(
                        Errno.EINVAL,
                        "requested x-dirty-bitmap " + options.dirtyBitmap() + " not found");
            }
            requireSame(found);
            return new NbdConnection(handshake, found);
        } catch (BlockException | RuntimeException | Error e) {
            socket.close();
            throw e;
        }
    }

    /// Lets the handshake be ended from outside.
    private void announce(HostSocket socket) throws BlockException {
        lock.lock();
        try {
            if (isClosed) {
                throw new BlockException(Errno.ESHUTDOWN, Errno.ESHUTDOWN.text());
            }
            trying = socket;
        } finally {
            lock.unlock();
        }
    }

    /// A server that comes back must still do what the graph relies on. A disk may have grown.
    private void requireSame(ExportInfo found) throws BlockException {
        ExportInfo known = info;
        if (known == null) {
            return;
        }
        String what = null;
        if (found.length() < known.length()) {
            what = "has " + found.length() + " bytes, and had " + known.length();
        } else if (found.has(NbdWire.FLAG_READ_ONLY) && !known.has(NbdWire.FLAG_READ_ONLY)) {
            what = "is read-only now";
        } else if (found.minimumBlock() > Math.max(1, known.minimumBlock())) {
            what = "wants blocks of " + found.minimumBlock() + " bytes now";
        }
        if (what != null) {
            throw new BlockException(Errno.EINVAL, "The export of '" + endpoint + "' " + what);
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

    /// The connection, which is made anew if there is none.
    private NbdConnection current() throws BlockException {
        lock.lock();
        try (CancelScope.Watch watch = CancelScope.watch(this::wakeAll)) {
            long owed = failures + 1;
            long cancelled = cancellations;
            long lastTryEnds = 0;
            while (true) {
                watch.check();
                if (isClosed) {
                    throw new BlockException(Errno.EIO, Errno.EIO.text());
                }
                if (connection != null) {
                    return connection;
                }
                if (cancelled != cancellations) {
                    throw new BlockException(Errno.ECANCELED, Errno.ECANCELED.text());
                }
                long now = System.nanoTime();
                long end = patienceEnds;
                if (now - end >= 0) {
                    lastTryEnds =
                            lastTryEnds == 0
                                    ? now + TimeUnit.SECONDS.toNanos(LAST_TRY_SECONDS)
                                    : lastTryEnds;
                    if (failures >= owed || now - lastTryEnds >= 0) {
                        throw gaveUp();
                    }
                    end = lastTryEnds;
                }
                startConnecting();
                Workers.awaitUntil(changed, end);
            }
        } finally {
            lock.unlock();
        }
    }

    private BlockException gaveUp() {
        BlockException failure = new BlockException(Errno.EIO, Errno.EIO.text());
        if (lastFailure != null) {
            failure.initCause(lastFailure);
        }
        return failure;
    }

    // ---- ending

    /// Makes requests that wait for the server to come back fail with `ECANCELED`.
    void cancelWaiting() {
        lock.lock();
        try {
            cancellations++;
            changed.signalAll();
        } finally {
            lock.unlock();
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

    private void abandonTry() {
        if (trying != null) {
            trying.shutdown();
        }
    }

    void close() {
        NbdConnection last;
        lock.lock();
        try {
            isClosed = true;
            abandonTry();
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
