package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.StallWatch;
import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.HostSocket;
import io.cairn.protocol.nbd.NbdStream;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/// Exports disks to NBD clients.
///
/// A connection on which requests come has a platform thread that blocks in the socket: at small
/// requests that costs least. Between requests, and during the handshake, it has a virtual one,
/// which costs next to nothing. Exports come and go while clients are connected; a client that has
/// chosen one keeps it until the connection ends.
public final class NbdServer implements AutoCloseable {
    /// Bytes that long requests of all clients hold at most, beyond some 64 KiB each.
    private static final long BUDGET = 64L << 20;

    private static final long IDLE_SECONDS = 5;

    private static final AtomicLong NUMBERS = new AtomicLong();

    private final ServerOptions options;
    private final Resources resources;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /// What all connections share.
    ///
    /// @param threads carry out requests
    record Resources(Executor threads, ByteBudget budget, StallWatch watch, Pipes pipes) {}

    // Guarded by the lock.
    private final Map<String, NbdExport> exports = new LinkedHashMap<>();
    private final List<HostListener> listeners = new ArrayList<>();
    private final Set<Connection> connections = new HashSet<>();
    private long served;
    private boolean isClosing;

    public NbdServer(ServerOptions options) {
        this(options, Workers.pool("nbd:worker", IDLE_SECONDS));
    }

    /// A server that carries out requests on given threads.
    NbdServer(ServerOptions options, Executor threads) {
        this.options = options;
        resources =
                new Resources(
                        threads, new ByteBudget(BUDGET), new StallWatch("nbd:watch"), new Pipes());
    }

    /// Offers a disk from now on, in place of one of the same name.
    public void addExport(NbdExport export) {
        lock.lock();
        try {
            exports.put(export.name(), export);
        } finally {
            lock.unlock();
        }
    }

    /// Offers a disk no more. Connected clients keep it.
    public void removeExport(String name) {
        lock.lock();
        try {
            exports.remove(name);
        } finally {
            lock.unlock();
        }
    }

    /// The clients that use an export, be it still offered or not, as {@link HostSocket#peerName()}
    /// names them.
    public List<String> clients(NbdExport export) {
        return users(export).stream().map(Connection::peer).sorted().toList();
    }

    private List<Connection> users(NbdExport export) {
        lock.lock();
        try {
            return connections.stream().filter(client -> client.uses(export)).toList();
        } finally {
            lock.unlock();
        }
    }

    /// Ends the connections of all clients that use an export, which is not offered any more: what
    /// is under way is finished and answered.
    public void disconnect(NbdExport export) {
        List<Connection> users = users(export);
        users.forEach(Connection::stop);
        users.forEach(Connection::awaitEnd);
        awaitUnused(export);
    }

    /// Waits until the last client of an export, which is not offered any more, has left.
    public void awaitUnused(NbdExport export) {
        lock.lock();
        try {
            while (connections.stream().anyMatch(client -> client.uses(export))) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    List<NbdExport> exports() {
        lock.lock();
        try {
            return List.copyOf(exports.values());
        } finally {
            lock.unlock();
        }
    }

    @Nullable NbdExport find(String name) {
        lock.lock();
        try {
            return exports.get(name);
        } finally {
            lock.unlock();
        }
    }

    /// Takes connections from a socket, which the server closes when it is closed itself.
    public void listen(HostListener listener) {
        lock.lock();
        try {
            listeners.add(listener);
        } finally {
            lock.unlock();
        }
        Workers.startDaemon("nbd:accept " + listener.endpoint(), () -> acceptFrom(listener));
    }

    private void acceptFrom(HostListener listener) {
        while (true) {
            HostSocket socket;
            try {
                awaitRoom();
                socket = listener.accept();
            } catch (BlockException e) {
                if (isClosing()) {
                    return;
                }
                options.log().accept("accept: " + e.getMessage());
                switch (e.errno()) {
                    case EMFILE, ENFILE, ENOMEM -> awaitFewerConnections();
                    // One client has gone before it was taken.
                    case ECONNABORTED, ECONNRESET, EPROTO, ENETUNREACH, EHOSTUNREACH -> {}
                    default -> {
                        return;
                    }
                }
                continue;
            }
            serve(socket, socket.peerName());
        }
    }

    private boolean isClosing() {
        lock.lock();
        try {
            return isClosing;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until one connection more is allowed.
    private void awaitRoom() throws BlockException {
        lock.lock();
        try {
            while (isFull() && !isClosing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull() {
        return options.maxConnections() > 0 && connections.size() >= options.maxConnections();
    }

    private void awaitFewerConnections() {
        lock.lock();
        try {
            int now = connections.size();
            while (now > 0 && connections.size() >= now && !isClosing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Serves a connected client; returns at once.
    ///
    /// @param peer what to call it
    public void serve(ByteStream stream, String peer) {
        String name = "nbd:conn-" + NUMBERS.incrementAndGet();
        Connection connection = new Connection(this, stream, name, peer);
        lock.lock();
        try {
            if (isClosing) {
                stream.close();
                return;
            }
            connections.add(connection);
        } finally {
            lock.unlock();
        }
        Workers.startVirtual(name, connection::run);
    }

    void ended(Connection connection) {
        lock.lock();
        try {
            connections.remove(connection);
            served++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until at least one client has been served and none is connected, or until {@link
    /// #stop()}.
    public void awaitLastClient() {
        lock.lock();
        try {
            while ((served == 0 || !connections.isEmpty()) && !isClosing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Waits for {@link #stop()}.
    public void awaitStop() {
        lock.lock();
        try {
            while (!isClosing) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes no more connections; whoever waits for the end goes on.
    public void stop() {
        lock.lock();
        try {
            isClosing = true;
            changed.signalAll();
            listeners.forEach(HostListener::shutdown);
        } finally {
            lock.unlock();
        }
    }

    /// Ends all connections: requests under way are finished and answered, and everything that was
    /// written is flushed.
    @Override
    public void close() throws BlockException {
        close(HostListener::close);
    }

    /// The same, but sockets in the filesystem keep their names.
    public void closeKeepingNames() throws BlockException {
        close(HostListener::abandon);
    }

    private void close(Consumer<HostListener> closing) throws BlockException {
        stop();
        List<Connection> open;
        lock.lock();
        try {
            open = List.copyOf(connections);
        } finally {
            lock.unlock();
        }
        open.forEach(Connection::stop);
        open.forEach(Connection::awaitEnd);
        lock.lock();
        try {
            while (!connections.isEmpty()) {
                changed.awaitUninterruptibly();
            }
            listeners.forEach(closing);
        } finally {
            lock.unlock();
        }
        resources.watch().close();
        resources.pipes().close();
        for (NbdExport export : exports()) {
            if (export.writable()) {
                export.backend().flush();
            }
        }
    }

    /// The clients that are connected now.
    int connectionCount() {
        lock.lock();
        try {
            return connections.size();
        } finally {
            lock.unlock();
        }
    }

    // ---- for connections

    ServerOptions options() {
        return options;
    }

    boolean requiresTls() {
        return options.tls() != null;
    }

    /// Puts TLS between, and refuses clients that may not come in.
    ByteStream secure(ByteStream stream) throws BlockException {
        TlsCredentials credentials = options.tls();
        if (credentials == null) {
            throw new IllegalStateException("no credentials");
        }
        return credentials.accept(stream, options.authorization());
    }

    Transmission transmission(NbdStream in, Session session) {
        return new Transmission(in, session, resources);
    }
}
