package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A directory through `java.nio.file`, by its path.
final class PortableDirectory implements HostDirectory {
    private static final LinkOption[] FOLLOW = {};
    private static final LinkOption[] NO_FOLLOW = {LinkOption.NOFOLLOW_LINKS};

    private final Path directory;

    private PortableDirectory(Path directory) {
        this.directory = directory;
    }

    static PortableDirectory open(String path) throws BlockException {
        return open(HostPath.path(path), true);
    }

    private static PortableDirectory open(Path path, boolean follow) throws BlockException {
        return IoPool.call(() -> {
            var attributes = Files.readAttributes(path, BasicFileAttributes.class, links(follow));
            if (!attributes.isDirectory()) {
                throw HostErrors.of(Errno.ENOTDIR);
            }
            return new PortableDirectory(path);
        });
    }

    private static LinkOption[] links(boolean follow) {
        return follow ? FOLLOW : NO_FOLLOW;
    }

    private Path child(String name) throws BlockException {
        return directory.resolve(HostPath.path(DirectoryNames.component(name)));
    }

    private boolean isPosix() {
        return directory.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    @Override
    public String path() {
        return directory.toString();
    }

    @Override
    public List<String> names(int limit) throws BlockException {
        return IoPool.call(() -> {
            List<String> names = new ArrayList<>();
            try (var entries = Files.newDirectoryStream(directory)) {
                for (Path entry : entries) {
                    if (names.size() == limit) {
                        throw HostErrors.of(Errno.EOVERFLOW);
                    }
                    names.add(entry.getFileName().toString());
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
            return names;
        });
    }

    @Override
    public DirectoryEntry entry(String name, boolean follow) throws BlockException {
        Path path = child(name);
        return IoPool.call(() -> entryOf(path, links(follow)));
    }

    private DirectoryEntry entryOf(Path path, LinkOption[] links) throws IOException {
        var basic = Files.readAttributes(path, BasicFileAttributes.class, links);
        Map<String, Object> unix =
                isPosix() ? Files.readAttributes(path, "unix:mode,dev,ino,ctime", links) : Map.of();
        long modified = basic.lastModifiedTime().to(TimeUnit.SECONDS);
        return new DirectoryEntry(
                kind(basic),
                basic.isRegularFile() ? basic.size() : 0,
                unix.get("mode") instanceof Number mode ? mode.intValue() & 07777 : 0644,
                unix.get("dev") instanceof Number device ? device.longValue() : 0,
                unix.get("ino") instanceof Number inode ? inode.longValue() : 0,
                basic.lastAccessTime().to(TimeUnit.SECONDS),
                modified,
                unix.get("ctime") instanceof FileTime changed
                        ? changed.to(TimeUnit.SECONDS)
                        : modified);
    }

    private static DirectoryEntry.Kind kind(BasicFileAttributes basic) {
        if (basic.isRegularFile()) {
            return DirectoryEntry.Kind.REGULAR;
        }
        if (basic.isDirectory()) {
            return DirectoryEntry.Kind.DIRECTORY;
        }
        return basic.isSymbolicLink() ? DirectoryEntry.Kind.LINK : DirectoryEntry.Kind.OTHER;
    }

    @Override
    public HostDirectory openDirectory(String name, boolean follow) throws BlockException {
        return open(child(name), follow);
    }

    @Override
    public HostFile openFile(String name, OpenFlags flags) throws BlockException {
        Path path = child(name);
        boolean isOther = !flags.create() && entry(name, true).kind() == DirectoryEntry.Kind.OTHER;
        if (isOther) {
            throw HostErrors.of(Errno.ENXIO);
        }
        return PortableFile.open(path.toString(), flags);
    }

    @Override
    public void createDirectory(String name, int mode) throws BlockException {
        Path path = child(name);
        IoPool.run(() -> {
            if (isPosix()) {
                Files.createDirectory(
                        path, PosixFilePermissions.asFileAttribute(Permissions.ofMode(mode)));
            } else {
                Files.createDirectory(path);
            }
        });
    }

    @Override
    public void rename(String name, HostDirectory to, String newName) throws BlockException {
        DirectoryNames.requireFree(to, newName);
        Path from = child(name);
        Path into = ((PortableDirectory) to).child(newName);
        IoPool.run(() -> Files.move(from, into, StandardCopyOption.ATOMIC_MOVE));
    }

    @Override
    public void exchange(String name, HostDirectory other, String otherName) throws BlockException {
        DirectoryNames.exchange(this, name, other, otherName);
    }

    @Override
    public void delete(String name) throws BlockException {
        Path path = child(name);
        if (entry(name, false).kind() == DirectoryEntry.Kind.DIRECTORY) {
            throw HostErrors.of(Errno.EISDIR);
        }
        IoPool.run(() -> Files.delete(path));
    }

    @Override
    public void deleteDirectory(String name) throws BlockException {
        Path path = child(name);
        if (entry(name, false).kind() != DirectoryEntry.Kind.DIRECTORY) {
            throw HostErrors.of(Errno.ENOTDIR);
        }
        IoPool.run(() -> Files.delete(path));
    }

    @Override
    public void setPermissions(String name, int mode) throws BlockException {
        Path path = child(name);
        if (entry(name, false).kind() == DirectoryEntry.Kind.LINK) {
            throw HostErrors.of(Errno.ELOOP);
        }
        if (isPosix()) {
            IoPool.run(() -> Files.setPosixFilePermissions(path, Permissions.ofMode(mode)));
        }
    }

    /// There is no portable way.
    @Override
    public void sync() {}

    @Override
    public void close() {}
}
