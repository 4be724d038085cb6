package io.cairn.qmp.chardev;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.SocketEndpoint;

import org.jspecify.annotations.Nullable;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// A device on a socket. A server has one client at a time; the next waits until that has left.
public final class SocketChardev implements Chardev {
    private final String id;
    private final SocketOptions options;
    private final Security security;
    private final @Nullable HostListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private @Nullable ByteStream current;

    @GuardedBy("lock")
    private boolean isClosed;

    /// Puts TLS on a connection, or nothing.
    @FunctionalInterface
    public interface Security {
        ByteStream secure(ByteStream stream) throws BlockException;
    }

    private SocketChardev(
            String id,
            SocketOptions options,
            Security security,
            @Nullable HostListener listener,
            @Nullable ByteStream first) {
        this.id = id;
        this.options = options;
        this.security = security;
        this.listener = listener;
        this.current = first;
    }

    /// Listens or connects.
    public static SocketChardev open(String id, SocketOptions options, Security security)
            throws BlockException {
        if (!options.isServer()) {
            ByteStream first = null;
            try {
                first = security.secure(options.address().connect());
            } catch (BlockException e) {
                if (options.reconnectSeconds() == 0) {
                    throw e;
                }
            }
            return new SocketChardev(id, options, security, null, first);
        }
        HostListener listener = options.address().listen(1);
        ByteStream first = null;
        if (options.waits()) {
            try {
                first = security.secure(listener.accept());
            } catch (BlockException e) {
                listener.close();
                throw e;
            }
        }
        return new SocketChardev(id, options, security, listener, first);
    }

    @Override
    public String filename() {
        boolean isConnected;
        lock.lock();
        try {
            isConnected = current != null;
        } finally {
            lock.unlock();
        }
        SocketEndpoint endpoint =
                listener == null ? options.address().endpoint() : listener.endpoint();
        String kind =
                switch (endpoint) {
                    case SocketEndpoint.Inet _ -> "tcp:";
                    case SocketEndpoint.Unix _ -> "unix:";
                    case SocketEndpoint.Vsock _ -> "vsock:";
                    case SocketEndpoint.Descriptor _ -> "fd:";
                };
        return (isConnected ? "" : "disconnected:")
                + kind
                + endpoint
                + (options.isServer() ? ",server=on" : "");
    }

    @Override
    public void attach(FrontEnd frontEnd) {
        Workers.startDaemon("chardev:" + id, () -> serve(frontEnd));
    }

    private void serve(FrontEnd frontEnd) {
        for (ByteStream stream = first(); stream != null; stream = next()) {
            try (ByteStream open = stream) {
                frontEnd.serve(open);
            } finally {
                become(null);
            }
        }
    }

    private @Nullable ByteStream first() {
        ByteStream first;
        lock.lock();
        try {
            first = current;
        } finally {
            lock.unlock();
        }
        return first == null ? next() : first;
    }

    /// Waits for the next connection; null if there will be none.
    private @Nullable ByteStream next() {
        while (mayContinue()) {
            try {
                ByteStream plain =
                        listener == null ? options.address().connect() : listener.accept();
                ByteStream stream = secured(plain);
                if (stream != null && become(stream)) {
                    return stream;
                }
            } catch (BlockException e) {
                if (listener != null && e.errno() == Errno.EINVAL) {
                    return null;
                }
            }
            pause();
        }
        return null;
    }

    private @Nullable ByteStream secured(ByteStream plain) {
        try {
            return security.secure(plain);
        } catch (BlockException _) {
            plain.close();
            return null;
        }
    }

    private boolean mayContinue() {
        lock.lock();
        try {
            return !isClosed && (listener != null || options.reconnectSeconds() > 0);
        } finally {
            lock.unlock();
        }
    }

    /// Waits before another attempt to connect, unless the device is closed.
    private void pause() {
        if (listener != null) {
            return;
        }
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(options.reconnectSeconds());
        lock.lock();
        try {
            while (!isClosed && Workers.awaitUntil(changed, until)) {
                // Woken for another reason.
            }
        } finally {
            lock.unlock();
        }
    }

    /// Takes over a connection, or its end; false, and it is closed, if the device is closed.
    private boolean become(@Nullable ByteStream stream) {
        lock.lock();
        try {
            if (isClosed && stream != null) {
                stream.close();
                return false;
            }
            current = stream;
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        ByteStream open;
        lock.lock();
        try {
            isClosed = true;
            open = current;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (listener != null) {
            listener.shutdown();
            listener.close();
        }
        if (open != null) {
            open.shutdown();
        }
    }
}
