package io.cairn.qmp.export;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.Workers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainStatus;
import io.cairn.block.graph.DirtyBitmap;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.job.scheduler.BlockJob;
import io.cairn.nbd.server.NbdExport;
import io.cairn.nbd.server.NbdServer;
import io.cairn.nbd.server.ServerOptions;
import io.cairn.protocol.nbd.NbdWire;
import io.cairn.qmp.address.Address;
import io.cairn.qmp.event.EventHub;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The NBD server of a daemon, and what it exports. Thread-safe.
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
        final String id;
        final String nodeName;
        final NbdExport nbd;
        boolean isShuttingDown;
        Runnable leaveDrive = () -> {};

        Export(String id, String nodeName, NbdExport nbd) {
            this.id = id;
            this.nodeName = nodeName;
            this.nbd = nbd;
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

    /// Removes all exports and ends the server.
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
            open = List.copyOf(exports.values());
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
            open.forEach(this::closed);
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
            NbdServer nbd = running();
            requireFits("export name", options.exportName());
            requireFits("description", options.description());
            if (exports.values().stream()
                    .anyMatch(export ->
                            export.nbd.name().equals(options.exportName())
                                    && !export.isShuttingDown)) {
                throw new InvalidOptionException(
                        "NBD server already has export named '" + options.exportName() + "'");
            }
            NbdExport export = open(node, options);
            nbd.addExport(export);
            Export added = new Export(options.id(), options.nodeName(), export);
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

    private static void requireFits(String what, @Nullable String text)
            throws InvalidOptionException {
        if (text != null && text.getBytes(StandardCharsets.UTF_8).length > NbdWire.MAX_STRING) {
            throw new InvalidOptionException(what + " '" + text + "' too long");
        }
    }

    private NbdExport open(BlockNode node, ExportOptions options) throws BlockException {
        Permissions needed = Permissions.of(Permission.CONSISTENT_READ);
        if (options.writable()) {
            needed = needed.plus(Permission.WRITE);
        }
        List<DirtyBitmap> bitmaps = new ArrayList<>();
        for (ExportOptions.BitmapName name : options.bitmaps()) {
            bitmaps.add(bitmap(node, name));
        }
        BlockBackend backend = graph.newBackend("", node, needed, Permissions.ALL);
        backend.setWriteThrough(options.writethrough());
        bitmaps.forEach(bitmap -> bitmap.setBusy(true));
        String description = options.description();
        return new NbdExport(
                options.exportName(),
                description == null ? "" : description,
                backend,
                options.writable(),
                true,
                options.allocationDepth(),
                bitmaps);
    }

    private DirtyBitmap bitmap(BlockNode top, ExportOptions.BitmapName name) throws BlockException {
        String nodeName = name.node();
        BlockNode node = nodeName == null ? top : BlockJob.findNode(graph, nodeName);
        while (node != null) {
            DirtyBitmap bitmap = node.findBitmap(name.name()).orElse(null);
            if (bitmap != null) {
                bitmap.requireUsable();
                return bitmap;
            }
            node = nodeName == null ? ChainStatus.below(node) : null;
        }
        throw new BlockException(Errno.ENOENT, "Bitmap '" + name.name() + "' is not found");
    }

    /// Removes an export: now, or, if clients may stay, when the last has left.
    ///
    /// @param isHard whether clients are disconnected, else their being there is an error
    public void remove(String id, boolean isHard) throws BlockException {
        Export export;
        NbdServer nbd;
        lock.lock();
        try {
            export = exports.get(id);
            if (export == null) {
                throw new BlockException(Errno.ENOENT, "Export '" + id + "' is not found");
            }
            if (export.isShuttingDown) {
                throw new InvalidOptionException("Export '" + id + "' is already shutting down");
            }
            nbd = running();
            if (!isHard && !nbd.clients(export.nbd).isEmpty()) {
                throw new BlockException(Errno.EBUSY, "export '" + id + "' still in use")
                        .withHint("Use mode='hard' to force client disconnect");
            }
            withdraw(export, nbd);
        } finally {
            lock.unlock();
        }
        end(export, nbd);
        awaitClosed(export);
    }

    private void mediumRemoved(Export export) {
        NbdServer nbd;
        lock.lock();
        try {
            nbd = server;
            if (nbd == null || export.isShuttingDown) {
                return;
            }
            withdraw(export, nbd);
        } finally {
            lock.unlock();
        }
        end(export, nbd);
    }

    /// No client gets the export from now on.
    @GuardedBy("lock")
    private void withdraw(Export export, NbdServer nbd) {
        export.isShuttingDown = true;
        nbd.removeExport(export.nbd.name());
    }

    /// Closes an export, once its clients are gone.
    private void end(Export export, NbdServer nbd) {
        if (nbd.clients(export.nbd).isEmpty()) {
            closed(export);
        } else {
            Workers.startVirtual(
                    "export:" + export.id,
                    () -> {
                        nbd.disconnect(export.nbd);
                        closed(export);
                    });
        }
    }

    /// Waits until an export is closed. An idle client is gone at once; who waits for a request of
    /// one that is not is let go after a while, and the export closes later.
    private void awaitClosed(Export export) {
        lock.lock();
        try {
            long deadline = System.nanoTime() + PATIENCE_NANOS;
            boolean isInTime = true;
            while (exports.get(export.id) == export && isInTime) {
                isInTime = Workers.awaitUntil(changed, deadline);
            }
        } finally {
            lock.unlock();
        }
    }

    /// The last client has left.
    private void closed(Export export) {
        export.leaveDrive.run();
        export.nbd.backend().close();
        export.nbd.bitmaps().forEach(bitmap -> bitmap.setBusy(false));
        lock.lock();
        try {
            if (!exports.remove(export.id, export)) {
                return;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        events.emit("BLOCK_EXPORT_DELETED", JsonObject.builder().put("id", export.id).build());
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

    @GuardedBy("lock")
    private ExportInfo info(Export export) {
        return new ExportInfo(
                export.id,
                export.nodeName,
                export.nbd.name(),
                export.nbd.writable(),
                server == null ? List.of() : server.clients(export.nbd),
                export.isShuttingDown);
    }

    /// Ends the server, if it runs, and waits until all exports are closed. As with the peer, a
    /// socket in the filesystem outlives the service.
    @Override
    public void close() throws BlockException {
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
