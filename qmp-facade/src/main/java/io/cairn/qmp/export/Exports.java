package io.cairn.qmp.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.nbd.server.NbdServer;
import io.cairn.nbd.server.ServerOptions;
import io.cairn.qmp.address.Address;
import io.cairn.qmp.event.EventHub;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The NBD server of a daemon, and all that the daemon exports. Thread-safe.
///
/// An export is closed, and told of as deleted, when its last client has left.
public final class Exports implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final BlockGraph graph;
    private final EventHub events;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<String, Export> exports = new LinkedHashMap<>();

    @GuardedBy("lock")
    private @Nullable NbdServer server;

    /// An export that has not been closed.
    private static final class Export {
        final ExportOptions options;
        final Outlet outlet;
        boolean isShuttingDown;

        /// The thread that removes the export tells of it, before the command is answered: so does
        /// the peer for files, which have no clients that it waits for.
        boolean isToldByRemover;

        Runnable leaveDrive = () -> {};

        Export(ExportOptions options, Outlet outlet) {
            this.options = options;
            this.outlet = outlet;
        }

        String id() {
            return options.id();
        }

        void close() {
            leaveDrive.run();
            outlet.close();
        }
    }

    public Exports(BlockGraph graph, EventHub events) {
        this.graph = graph;
        this.events = events;
    }

    /// Starts the server.
    public void start(Address address, ServerOptions options) throws BlockException {
        lock.lock();
        try {
            if (server != null) {
                throw new InvalidOptionException("NBD server already running");
            }
            NbdServer started = new NbdServer(options);
            started.listen(address.listen(BACKLOG));
            server = started;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the server, and what it exports.
    public void stop() throws BlockException {
        stop(false);
    }

    private void stop(boolean keepsNames) throws BlockException {
        NbdServer stopped;
        List<Export> open;
        lock.lock();
        try {
            stopped = running();
            server = null;
            open =
                    exports.values().stream()
                            .filter(export -> export.options.way() instanceof ExportOptions.Nbd)
                            .toList();
            open.forEach(export -> export.isShuttingDown = true);
        } finally {
            lock.unlock();
        }
        try {
            if (keepsNames) {
                stopped.closeKeepingNames();
            } else {
                stopped.close();
            }
        } finally {
            open.forEach(this::close);
        }
    }

    @GuardedBy("lock")
    private NbdServer running() throws InvalidOptionException {
        NbdServer now = server;
        if (now == null) {
            throw new InvalidOptionException("NBD server not running");
        }
        return now;
    }

    /// Exports a node.
    public void add(ExportOptions options) throws BlockException {
        add(options, null);
    }

    /// Exports the medium of a drive, until it is taken out: then clients are disconnected.
    ///
    /// @param drive null for a node that is in no drive
    public void add(ExportOptions options, @Nullable BlockBackend drive) throws BlockException {
        lock.lock();
        try {
            if (!Keyval.isIdentifier(options.id())) {
                throw new InvalidOptionException("Invalid block export id");
            }
            if (exports.containsKey(options.id())) {
                throw new InvalidOptionException(
                        "Block export id '" + options.id() + "' is already in use");
            }
            BlockNode node = BlockJob.findNode(graph, options.nodeName());
            if (options.writable() && node.isReadOnly()) {
                throw new InvalidOptionException("Cannot export read-only node as writable");
            }
            Outlet outlet =
                    options.way() instanceof ExportOptions.Fuse fuse
                            ? openFuse(node, options, fuse)
                            : openNbd(node, options, (ExportOptions.Nbd) options.way());
            Export added = new Export(options, outlet);
            exports.put(options.id(), added);
            if (drive != null) {
                Runnable listener = () -> mediumRemoved(added);
                drive.addDetachListener(listener);
                added.leaveDrive = () -> drive.removeDetachListener(listener);
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private Outlet openNbd(BlockNode node, ExportOptions options, ExportOptions.Nbd nbd)
            throws BlockException {
        NbdServer now = running();
        NbdOutlet.requireFits(options, nbd);
        String name = NbdOutlet.name(options, nbd);
        boolean isTaken =
                exports.values().stream()
                        .anyMatch(export ->
                                export.options.way() instanceof ExportOptions.Nbd
                                        && export.outlet.name().equals(name)
                                        && !export.isShuttingDown);
        if (isTaken) {
            throw new InvalidOptionException("NBD server already has export named '" + name + "'");
        }
        return NbdOutlet.open(graph, node, now, options, nbd);
    }

    /// A file over which an export is mounted is that export's, by whatever name it is called.
    @GuardedBy("lock")
    private Outlet openFuse(BlockNode node, ExportOptions options, ExportOptions.Fuse fuse)
            throws BlockException {
        for (Export export : exports.values()) {
            if (export.outlet instanceof FuseOutlet other && other.isAt(fuse.mountpoint())) {
                throw new InvalidOptionException(
                        "There already is a FUSE export on '" + fuse.mountpoint() + "'");
            }
        }
        return FuseOutlet.open(graph, node, options, fuse, () -> unmounted(options));
    }

    /// Removes an export: now, or, if clients may stay, when the last has left.
    ///
    /// @param isHard whether clients are disconnected, else their being there is an error
    public void remove(String id, boolean isHard) throws BlockException {
        Export export;
        lock.lock();
        try {
            export = exports.get(id);
            if (export == null) {
                throw new BlockException(Errno.ENOENT, "Export '" + id + "' is not found");
            }
            if (export.isShuttingDown) {
                throw new InvalidOptionException("Export '" + id + "' is already shutting down");
            }
            if (!isHard && !export.outlet.clients().isEmpty()) {
                throw new BlockException(Errno.EBUSY, "export '" + id + "' still in use")
                        .withHint("Use mode='hard' to force client disconnect");
            }
            withdraw(export);
            export.isToldByRemover = export.options.way() instanceof ExportOptions.Fuse;
        } finally {
            lock.unlock();
        }
        end(export);
        if (awaitClosed(export)) {
            tellDeleted(export);
        }
    }

    private void mediumRemoved(Export export) {
        lock.lock();
        try {
            if (export.isShuttingDown) {
                return;
            }
            withdraw(export);
        } finally {
            lock.unlock();
        }
        end(export);
    }

    /// Somebody has unmounted a file that was exported.
    private void unmounted(ExportOptions options) {
        Export export;
        lock.lock();
        try {
            export = exports.get(options.id());
            if (export == null || export.options != options || export.isShuttingDown) {
                return;
            }
            withdraw(export);
        } finally {
            lock.unlock();
        }
        close(export);
    }

    /// No client gets the export from now on. Called under the lock.
    private static void withdraw(Export export) {
        export.isShuttingDown = true;
        export.outlet.withdraw();
    }

    /// Closes an export, once its clients are gone.
    private void end(Export export) {
        if (export.outlet.isIdle()) {
            close(export);
        } else {
            Workers.startVirtual("export:" + export.id(), () -> close(export));
        }
    }

    /// Waits until an export is closed. An idle client is gone at once; who waits for a request of
    /// one that is not is let go after a while, and the export closes later.
    ///
    /// @return whether the caller is to tell of it
    private boolean awaitClosed(Export export) {
        lock.lock();
        try {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            boolean isInTime = true;
            while (exports.get(export.id()) == export && isInTime) {
                isInTime = Workers.awaitUntil(changed, deadline);
            }
            export.isToldByRemover &= exports.get(export.id()) != export;
            return export.isToldByRemover;
        } finally {
            lock.unlock();
        }
    }

    /// Who waits for the last export to be closed may end the sending of events, so that the event
    /// goes first.
    private void close(Export export) {
        export.close();
        lock.lock();
        try {
            if (!exports.remove(export.id(), export)) {
                return;
            }
            if (!export.isToldByRemover) {
                tellDeleted(export);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void tellDeleted(Export export) {
        events.emit("BLOCK_EXPORT_DELETED", JsonObject.builder().put("id", export.id()).build());
    }

    /// What there is to know of all exports, newest first.
    public List<ExportInfo> query() {
        lock.lock();
        try {
            List<ExportInfo> infos = new ArrayList<>();
            for (Export export : exports.values()) {
                infos.addFirst(info(export));
            }
            return infos;
        } finally {
            lock.unlock();
        }
    }

    private static ExportInfo info(Export export) {
        return new ExportInfo(
                export.id(),
                export.outlet.type(),
                export.options.nodeName(),
                export.outlet.name(),
                export.options.writable(),
                export.outlet.clients(),
                export.isShuttingDown);
    }

    /// Ends the server, if it runs, unmounts all files, and waits until all exports are closed. As
    /// with the peer, a socket in the filesystem outlives the service.
    @Override
    public void close() throws BlockException {
        List<Export> mounted;
        lock.lock();
        try {
            mounted =
                    exports.values().stream()
                            .filter(export ->
                                    export.options.way() instanceof ExportOptions.Fuse
                                            && !export.isShuttingDown)
                            .toList();
            mounted.forEach(Exports::withdraw);
        } finally {
            lock.unlock();
        }
        mounted.forEach(this::end);
        lock.lock();
        try {
            if (server != null) {
                stop(true);
            }
            while (!exports.isEmpty()) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
