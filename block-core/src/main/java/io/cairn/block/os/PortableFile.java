package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/// A file through a {@link FileChannel}, for systems and processes where native calls are not to be
/// had.
///
/// It knows no holes, allocates by writing, and cannot bypass the page cache. On a virtual thread
/// every request is handed to the pool of platform threads.
final class PortableFile implements HostFile {
    private final String path;
    private final OpenFlags flags;
    private final FileChannel channel;
    private final Object key;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private PortableFile(String path, OpenFlags flags, FileChannel channel, Object key) {
        this.path = path;
        this.flags = flags;
        this.channel = channel;
        this.key = key;
    }

    static PortableFile open(String path, OpenFlags flags) throws BlockException {
        if (flags.direct()) {
            throw HostErrors.of(Errno.EINVAL);
        }
        HostFile.demand(flags.aio());
        Path name = HostPath.path(path);
        return IoPool.call(() -> {
            FileChannel channel = openChannel(name, flags);
            return new PortableFile(path, flags.opened(), channel, key(name));
        });
    }

    /// What tells a file from others, whatever its names.
    private static Object key(Path name) throws IOException {
        Object key = Files.readAttributes(name, BasicFileAttributes.class).fileKey();
        return key == null ? name.toRealPath() : key;
    }

    private static FileChannel openChannel(Path name, OpenFlags flags) throws IOException {
        Set<OpenOption> options = new HashSet<>();
        options.add(StandardOpenOption.READ);
        if (flags.writable()) {
            options.add(StandardOpenOption.WRITE);
            if (flags.create()) {
                options.add(
                        flags.exclusive()
                                ? StandardOpenOption.CREATE_NEW
                                : StandardOpenOption.CREATE);
            }
            if (flags.truncate()) {
                options.add(StandardOpenOption.TRUNCATE_EXISTING);
            }
        }
        if (flags.noFollow()) {
            options.add(LinkOption.NOFOLLOW_LINKS);
        }
        if (flags.create()
                && name.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return FileChannel.open(
                    name,
                    options,
                    PosixFilePermissions.asFileAttribute(Permissions.ofMode(flags.mode())));
        }
        return FileChannel.open(name, options);
    }

    @Override
    public String path() {
        return path;
    }

    @Override
    public OpenFlags flags() {
        return flags;
    }

    @Override
    public int read(long offset, ByteBuffer dst) throws BlockException {
        return IoPool.call(() -> readAll(offset, dst));
    }

    private int readAll(long offset, ByteBuffer dst) throws BlockException {
        ByteBuffer into = dst.duplicate();
        int start = into.position();
        try {
            while (into.hasRemaining()) {
                if (channel.read(into, offset + (into.position() - start)) < 0) {
                    break;
                }
            }
        } catch (NonReadableChannelException e) {
            throw HostErrors.from(e);
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
        return into.position() - start;
    }

    @Override
    public long read(long offset, ByteBuffer[] dsts) throws BlockException {
        long done = 0;
        for (ByteBuffer dst : dsts) {
            int n = read(offset + done, dst);
            done += n;
            if (n < dst.remaining()) {
                break;
            }
        }
        return done;
    }

    @Override
    public void write(long offset, ByteBuffer src) throws BlockException {
        IoPool.call(() -> {
            writeAll(offset, src);
            return src;
        });
    }

    private void writeAll(long offset, ByteBuffer src) throws BlockException {
        ByteBuffer from = src.duplicate();
        int start = from.position();
        try {
            while (from.hasRemaining()) {
                channel.write(from, offset + (from.position() - start));
            }
        } catch (NonWritableChannelException e) {
            throw HostErrors.from(e);
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }

    @Override
    public void write(long offset, ByteBuffer[] srcs) throws BlockException {
        long at = offset;
        for (ByteBuffer src : srcs) {
            write(at, src);
            at += src.remaining();
        }
    }

    @Override
    public void writeDurably(long offset, ByteBuffer[] srcs) throws BlockException {
        write(offset, srcs);
        flush();
    }

    @Override
    public long length() throws BlockException {
        return IoPool.call(channel::size);
    }

    @Override
    public void truncate(long length) throws BlockException {
        IoPool.call(() -> {
            long now = channel.size();
            if (length < now) {
                channel.truncate(length);
            } else if (length > now) {
                channel.write(ByteBuffer.allocate(1), length - 1);
            }
            return channel;
        });
    }

    @Override
    public void flush() throws BlockException {
        force(false);
    }

    @Override
    public void sync() throws BlockException {
        force(true);
    }

    private void force(boolean withMetadata) throws BlockException {
        IoPool.call(() -> {
            channel.force(withMetadata);
            return channel;
        });
    }

    @Override
    public FileExtent extentAt(long offset, long length) throws BlockException {
        long end = length();
        if (offset >= end) {
            return new FileExtent(false, length);
        }
        return new FileExtent(true, Math.min(length, end - offset));
    }

    @Override
    public void allocate(long offset, long length) throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public void zeroRange(long offset, long length) throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public void punchHole(long offset, long length) throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public void discard(long offset, long length) throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public long copyRange(HostFile source, long sourceOffset, long offset, long length)
            throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public FileStat stat() throws BlockException {
        FileStat named = PortableHost.statOf(HostPath.path(path));
        return named.kind() == FileStat.Kind.REGULAR ? named.withLength(length()) : named;
    }

    @Override
    public IoAlignment alignment() {
        return IoAlignment.NONE;
    }

    @Override
    public void disableCopyOnWrite() throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public void hintExtentSize(int bytes) throws BlockException {
        throw HostErrors.of(Errno.ENOTSUP);
    }

    @Override
    public HostFile reopen(OpenFlags changed) throws BlockException {
        return open(path, changed.opened());
    }

    @Override
    public ByteLocks openLocks() throws BlockException {
        OpenFlags access = OpenFlags.READ_ONLY.withWritable(flags.writable());
        Path name = HostPath.path(path);
        return IoPool.call(
                () -> new PortableLocks(LockedFile.join(key, () -> openChannel(name, access))));
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            LockedFile.close(key, channel);
        }
    }
}
