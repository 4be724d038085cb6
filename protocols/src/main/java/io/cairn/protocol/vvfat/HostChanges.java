package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.os.DirectoryEntry;
import io.cairn.block.os.HostDirectory;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.OpenFlags;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Carries a {@link CommitPlan} out, all of it or nothing.
///
/// 1. New content is written to files in a directory of its own within the one that is shown.
/// 2. What moves or goes is moved there, what is deepest first.
/// 3. Everything is put in its place, what is highest first; a file that is written anew takes its
///    old self's place in one step.
/// 4. What is left there is deleted, with the directory.
///
/// Whatever fails before the last step, all renames are undone in reverse. A crash leaves the
/// directory behind, with what was not put in its place yet; nothing is lost.
///
/// Every name is reached from the directory's descriptor without following a link, and no name that
/// is not known is replaced or deleted.
final class HostChanges implements AutoCloseable {
    private static final String STAGING = ".cairn-vvfat-";
    private static final int STAGING_TRIES = 1000;
    private static final int DIRECTORY_MODE = 0777;
    private static final int FILE_MODE = 0666;

    private final Disk disk;
    private final HostFolder folder;
    private final CommitPlan plan;
    private final String stagingName;
    private final HostDirectory staging;

    private final Map<Planned, String> staged = new HashMap<>();
    private final Set<List<String>> touched = new HashSet<>();
    private final Deque<Undo> undos = new ArrayDeque<>();
    private int moved;

    /// Takes one step back.
    @FunctionalInterface
    private interface Undo {
        void run() throws BlockException;
    }

    private HostChanges(Disk disk, CommitPlan plan, String stagingName, HostDirectory staging) {
        this.disk = disk;
        this.folder = disk.volume().folder();
        this.plan = plan;
        this.stagingName = stagingName;
        this.staging = staging;
    }

    /// Makes the changes.
    static void make(Disk disk, CommitPlan plan) throws BlockException {
        try (HostChanges changes = prepare(disk, plan)) {
            changes.makeAll();
        }
    }

    private static HostChanges prepare(Disk disk, CommitPlan plan) throws BlockException {
        HostFolder folder = disk.volume().folder();
        HostDirectory root = folder.root();
        for (int i = 0; ; i++) {
            String name = STAGING + i;
            try {
                root.createDirectory(name, 0700);
                return new HostChanges(disk, plan, name, root.openDirectory(name, false));
            } catch (BlockException e) {
                if (e.errno() != Errno.EEXIST || i == STAGING_TRIES) {
                    throw e.prefixed("Could not create '" + folder.path(name) + "'");
                }
            }
        }
    }

    private void makeAll() throws BlockException {
        try {
            writeContent();
            moveOut();
            putInPlace();
            setPermissions();
            sync();
        } catch (BlockException e) {
            undo(e);
            throw e;
        }
    }

    private void undo(BlockException cause) {
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (BlockException e) {
                cause.addSuppressed(e);
            }
        }
    }

    // ---- content

    private void writeContent() throws BlockException {
        for (Planned planned : plan.after()) {
            if (planned.carried() != null || planned.guest().directory()) {
                continue;
            }
            String name = "new-" + staged.size();
            staged.put(planned, name);
            try {
                writeFile(planned, name);
            } catch (BlockException e) {
                throw e.prefixed("Could not write '" + folder.path(planned.path()) + "'");
            }
        }
    }

    private void writeFile(Planned planned, String name) throws BlockException {
        OpenFlags flags = OpenFlags.READ_WRITE.withCreateNew().withMode(FILE_MODE);
        try (HostFile file = staging.openFile(name, flags)) {
            copyContent(planned.guest(), file);
            file.flush();
        }
        HostNode model = planned.model();
        int created = staging.entry(name, false).permissions();
        int base = model == null ? created : model.permissions();
        int wanted = planned.permissions(base);
        if (wanted != created) {
            staging.setPermissions(name, wanted);
        }
    }

    private void copyContent(GuestNode guest, HostFile file) throws BlockException {
        Geometry geometry = disk.geometry();
        int size = geometry.clusterBytes();
        try (PooledBuffer pooled = BufferPool.shared().acquire(size)) {
            long done = 0;
            for (int cluster : guest.clusters()) {
                ByteBuffer buffer = Buffers.slice(pooled.buffer(), 0, size);
                disk.read(geometry.clusterOffset(cluster), buffer);
                int count = (int) Math.min(size, guest.length() - done);
                file.write(done, Buffers.slice(buffer, 0, count));
                done += count;
            }
        }
    }

    // ---- out of the way

    private void moveOut() throws BlockException {
        for (HostNode node : plan.before().reversed()) {
            Planned fate = plan.fateOf(node);
            boolean isStill =
                    fate != null && fate.stays()
                            || node.isBelowLink()
                            || plan.replacementOf(node) != null;
            if (!isStill) {
                String name = "old-" + moved++;
                moveOut(node, name);
                if (fate != null) {
                    staged.put(fate, name);
                }
            }
        }
    }

    private void moveOut(HostNode node, String name) throws BlockException {
        List<String> directory = HostFolder.parentOf(node).names();
        String hostName = node.hostName();
        try {
            boolean isGone = plan.fateOf(node) == null;
            if (isGone && node.isDirectory() && !node.isLink()) {
                requireEmpty(directory, hostName);
            }
            in(directory, host -> host.rename(hostName, staging, name));
        } catch (BlockException e) {
            throw e.prefixed("Could not move '" + folder.path(node.path()) + "'");
        }
        undos.push(() -> in(directory, host -> staging.rename(name, host, hostName)));
        touched.add(directory);
    }

    /// A directory that is to go may hold what is not shown, which nobody has asked to go.
    private void requireEmpty(List<String> directory, String name) throws BlockException {
        in(
                directory,
                host -> {
                    try (HostDirectory doomed = host.openDirectory(name, false)) {
                        doomed.names(0);
                    } catch (BlockException e) {
                        throw e.errno() == Errno.EOVERFLOW
                                ? new HostException(Errno.ENOTEMPTY, Errno.ENOTEMPTY.text())
                                : e;
                    }
                });
    }

    // ---- into place

    private void putInPlace() throws BlockException {
        for (Planned planned : plan.after()) {
            if (!planned.stays()) {
                try {
                    put(planned);
                } catch (BlockException e) {
                    throw e.prefixed("Could not create '" + folder.path(planned.path()) + "'");
                }
            }
        }
    }

    private void put(Planned planned) throws BlockException {
        List<String> directory = planned.directory();
        String name = planned.hostName();
        String from = staged.get(planned);
        if (from == null) {
            in(directory, host -> host.createDirectory(name, DIRECTORY_MODE));
            undos.push(() -> in(directory, host -> host.deleteDirectory(name)));
        } else if (plan.replaces(planned) && isThere(directory, name)) {
            in(directory, host -> staging.exchange(from, host, name));
            undos.push(() -> in(directory, host -> staging.exchange(from, host, name)));
        } else {
            in(directory, host -> staging.rename(from, host, name));
            undos.push(() -> in(directory, host -> host.rename(name, staging, from)));
        }
        touched.add(directory);
    }

    /// Whether there is still something to be replaced; somebody else may have deleted it.
    private boolean isThere(List<String> directory, String name) throws BlockException {
        try {
            in(directory, host -> host.entry(name, false));
            return true;
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private void setPermissions() throws BlockException {
        for (Planned planned : plan.after()) {
            HostNode node = planned.carried();
            if (node != null && planned.changesPermissions() && !node.isLink()) {
                int mode = planned.permissions(node.permissions());
                int former = node.permissions();
                List<String> directory = planned.directory();
                String name = planned.hostName();
                in(directory, host -> host.setPermissions(name, mode));
                undos.push(() -> in(directory, host -> host.setPermissions(name, former)));
            }
        }
    }

    private void sync() throws BlockException {
        for (List<String> directory : touched) {
            // What was touched may have moved or gone since.
            if (isThere(directory)) {
                in(directory, HostDirectory::sync);
            }
        }
    }

    private boolean isThere(List<String> directory) throws BlockException {
        try {
            in(directory, _ -> {});
            return true;
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
                return false;
            }
            throw e;
        }
    }

    /// A change in a directory.
    @FunctionalInterface
    private interface Change {
        void in(HostDirectory directory) throws BlockException;
    }

    private void in(List<String> directory, Change change) throws BlockException {
        folder.in(
                directory,
                false,
                host -> {
                    change.in(host);
                    return Boolean.TRUE;
                });
    }

    /// Deletes what is left in the directory of its own, and that directory. What cannot be deleted
    /// stays, where it is seen.
    @Override
    public void close() {
        try (staging) {
            for (String name : staging.names(Integer.MAX_VALUE)) {
                if (isDirectory(name)) {
                    staging.deleteDirectory(name);
                } else {
                    staging.delete(name);
                }
            }
            folder.root().deleteDirectory(stagingName);
        } catch (BlockException _) {
            // The commit has succeeded, or failed with a reason of its own.
        }
    }

    private boolean isDirectory(String name) throws BlockException {
        return staging.entry(name, false).kind() == DirectoryEntry.Kind.DIRECTORY;
    }
}
