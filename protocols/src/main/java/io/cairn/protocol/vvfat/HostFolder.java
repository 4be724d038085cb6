package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.DirectoryEntry;
import io.cairn.block.os.FileStat;
import io.cairn.block.os.HostDirectory;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The directory that is shown, as the place from which every file in it is reached.
final class HostFolder implements AutoCloseable {
    private final HostDirectory root;
    private final String name;
    private final FileStat stat;

    private HostFolder(HostDirectory root, String name, FileStat stat) {
        this.root = root;
        this.name = name;
        this.stat = stat;
    }

    /// Opens the directory.
    ///
    /// @param name its name as the user gave it, also for messages
    static HostFolder open(String name) throws BlockException {
        try {
            HostDirectory root = HostDirectory.open(name);
            FileStat stat =
                    HostPath.stat(name).orElseThrow(() -> BlockException.of(Errno.ENOENT, name));
            return new HostFolder(root, name, stat);
        } catch (BlockException e) {
            throw new BlockException(e.errno(), "Could not read directory " + name)
                    .withDetail(e.getMessage());
        }
    }

    HostDirectory root() {
        return root;
    }

    /// Whether an entry is the directory itself.
    boolean isRoot(DirectoryEntry entry) {
        return entry.inode() != 0
                && entry.inode() == stat.inode()
                && entry.device() == stat.device();
    }

    /// The name of a node for messages.
    String nameOf(HostNode node) {
        return path(node.path());
    }

    /// A path in the directory for messages; an empty one is the directory itself.
    String path(String path) {
        if (path.isEmpty()) {
            return name;
        }
        return name.endsWith("/") ? name + path : name + "/" + path;
    }

    /// What is done in a directory.
    @FunctionalInterface
    interface Action<T> {
        T in(HostDirectory directory) throws BlockException;
    }

    /// Does something in a node's directory.
    ///
    /// @param follow whether symbolic links may be on the way, as for reading; else they fail
    <T> T in(HostNode directory, boolean follow, Action<T> action) throws BlockException {
        return in(directory.names(), follow, action);
    }

    /// Does something in the directory to which some names lead.
    <T> T in(List<String> names, boolean follow, Action<T> action) throws BlockException {
        HostDirectory at = root;
        try {
            for (String step : names) {
                HostDirectory next = at.openDirectory(step, follow);
                close(at);
                at = next;
            }
            return action.in(at);
        } finally {
            close(at);
        }
    }

    private void close(HostDirectory directory) {
        if (directory != root) {
            directory.close();
        }
    }

    /// The directory that holds a node, which is not the root.
    static HostNode parentOf(HostNode node) throws BlockException {
        @Nullable HostNode parent = node.parent();
        if (parent == null) {
            throw new BlockException(Errno.EINVAL, Errno.EINVAL.text());
        }
        return parent;
    }

    @Override
    public void close() {
        root.close();
    }
}
