package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;

/// The host through `java.nio.file` alone.
final class PortableHost implements Host {
    private static final int TYPE_MASK = 0170000;
    private static final int BLOCK_DEVICE = 0060000;
    private static final int CHARACTER_DEVICE = 0020000;

    @Override
    public HostFile open(String path, OpenFlags flags) throws BlockException {
        return PortableFile.open(path, flags);
    }

    @Override
    public HostDirectory openDirectory(String path) throws BlockException {
        return PortableDirectory.open(path);
    }

    @Override
    public FileStat stat(String path) throws BlockException {
        return statOf(HostPath.path(path));
    }

    @Override
    public HostSocket connect(SocketEndpoint endpoint) throws BlockException {
        return PortableSocket.connect(endpoint);
    }

    @Override
    public HostListener listen(SocketEndpoint endpoint, int backlog) throws BlockException {
        return PortableListener.open(endpoint, backlog);
    }

    @Override
    public void detach(int ready, boolean keepsError) throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public boolean isTerminal(int standardDescriptor) {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    @Override
    public void raise(int signal) {
        Runtime.getRuntime().halt(128 + signal);
    }

    @Override
    public void prepare() {
        // Nothing is linked.
    }

    @Override
    public byte[] readKey(int serial) throws BlockException {
        throw HostErrors.of(Errno.ENOSYS);
    }

    @Override
    public PseudoTerminal openTerminal() throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public FuseDevice mountFuse(String mountpoint, boolean allowOther, int maxRead)
            throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public void demandRing() throws BlockException {
        throw IoUring.refused(Errno.ENOSYS);
    }

    /// Disk usage is the length where nothing better is known.
    static FileStat statOf(Path path) throws BlockException {
        try {
            var basic = Files.readAttributes(path, BasicFileAttributes.class);
            boolean isUnix = path.getFileSystem().supportedFileAttributeViews().contains("unix");
            Map<String, Object> unix =
                    isUnix ? Files.readAttributes(path, "unix:mode,dev,ino") : Map.of();
            int mode = (int) number(unix, "mode");
            return new FileStat(
                    kind(basic, mode),
                    basic.isRegularFile() ? basic.size() : 0,
                    basic.isRegularFile() ? basic.size() : 0,
                    4096,
                    mode & 07777,
                    number(unix, "dev"),
                    number(unix, "ino"));
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    private static long number(Map<String, Object> attributes, String name) {
        return attributes.get(name) instanceof Number n ? n.longValue() : 0;
    }

    private static FileStat.Kind kind(BasicFileAttributes basic, int mode) {
        if (basic.isRegularFile()) {
            return FileStat.Kind.REGULAR;
        }
        if (basic.isDirectory()) {
            return FileStat.Kind.DIRECTORY;
        }
        return switch (mode & TYPE_MASK) {
            case BLOCK_DEVICE -> FileStat.Kind.BLOCK_DEVICE;
            case CHARACTER_DEVICE -> FileStat.Kind.CHARACTER_DEVICE;
            default -> FileStat.Kind.OTHER;
        };
    }
}
