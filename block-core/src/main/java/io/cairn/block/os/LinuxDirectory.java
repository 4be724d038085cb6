package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// A directory by its descriptor.
final class LinuxDirectory implements HostDirectory {
    private static final int AT_FDCWD = -100;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int RENAME_NOREPLACE = 1;
    private static final int RENAME_EXCHANGE = 2;
    private static final int LISTING_SIZE = 32 << 10;

    /// Offset of an entry's length and of its name in `linux_dirent64`.
    private static final int RECORD_LENGTH = 16;

    private static final int RECORD_NAME = 19;

    private final String path;
    private final int fd;
    private final boolean usesRing;
    private final AtomicBoolean isClosed = new AtomicBoolean();

    private LinuxDirectory(String path, int fd, boolean usesRing) {
        this.path = path;
        this.fd = fd;
        this.usesRing = usesRing;
    }

    static LinuxDirectory open(String path, boolean usesRing) throws BlockException {
        return openAt(AT_FDCWD, path, path, true, usesRing);
    }

    private static LinuxDirectory openAt(
            int parent, String name, String path, boolean follow, boolean usesRing)
            throws BlockException {
        int bits = LinuxCalls.numbers().openDirectory();
        bits |= follow ? 0 : LinuxCalls.numbers().openNoFollow();
        int all = bits;
        int fd = IoPool.call(() -> LinuxCalls.openAt(parent, name, all, 0));
        return new LinuxDirectory(path, fd, usesRing);
    }

    @Override
    public String path() {
        return path;
    }

    // ---- looking

    @Override
    public List<String> names(int limit) throws BlockException {
        return IoPool.call(() -> list(limit));
    }

    /// Lists by a descriptor of its own, since a descriptor has one position.
    private List<String> list(int limit) throws BlockException {
        int listing = LinuxCalls.openAt(fd, ".", LinuxCalls.numbers().openDirectory(), 0);
        try (CallFrame frame = CallFrame.take(LISTING_SIZE)) {
            List<String> names = new ArrayList<>();
            while (true) {
                int number = LinuxCalls.numbers().getdents64();
                long bytes =
                        LinuxCalls.check(
                                Syscall.call(
                                        frame,
                                        number,
                                        listing,
                                        frame.data(),
                                        LISTING_SIZE,
                                        0,
                                        0,
                                        0));
                if (bytes == 0) {
                    return names;
                }
                collect(frame.memory(), (int) bytes, limit, names);
            }
        } finally {
            LinuxCalls.close(listing);
        }
    }

    private static void collect(ByteBuffer memory, int bytes, int limit, List<String> names)
            throws BlockException {
        int at = CallFrame.DATA;
        int end = at + bytes;
        while (at < end) {
            int size = Short.toUnsignedInt(memory.getShort(at + RECORD_LENGTH));
            int length = 0;
            while (memory.get(at + RECORD_NAME + length) != 0) {
                length++;
            }
            byte[] name = new byte[length];
            memory.get(at + RECORD_NAME, name);
            String text = LinuxCalls.nameOf(name);
            if (text != null && !text.equals(".") && !text.equals("..")) {
                if (names.size() == limit) {
                    throw HostErrors.of(Errno.EOVERFLOW);
                }
                names.add(text);
            }
            at += size;
        }
    }

    @Override
    public DirectoryEntry entry(String name, boolean follow) throws BlockException {
        String checked = component(name);
        return IoPool.call(() -> LinuxStat.entry(fd, checked, follow));
    }

    // ---- opening

    @Override
    public HostDirectory openDirectory(String name, boolean follow) throws BlockException {
        return openAt(fd, component(name), path + "/" + name, follow, usesRing);
    }

    @Override
    public HostFile openFile(String name, OpenFlags flags) throws BlockException {
        return LinuxFile.openAt(fd, component(name), path + "/" + name, flags, usesRing);
    }

    // ---- changing

    @Override
    public void createDirectory(String name, int mode) throws BlockException {
        named(name, at -> LinuxCalls.call(LinuxCalls.numbers().mkdirat(), fd, at, mode, 0));
    }

    @Override
    public void rename(String name, HostDirectory to, String newName) throws BlockException {
        if (!move(name, to, newName, RENAME_NOREPLACE)) {
            DirectoryNames.requireFree(to, newName);
            move(name, to, newName, 0);
        }
    }

    @Override
    public void exchange(String name, HostDirectory other, String otherName) throws BlockException {
        if (!move(name, other, otherName, RENAME_EXCHANGE)) {
            DirectoryNames.exchange(this, name, other, otherName);
        }
    }

    /// False where the filesystem does not have such a way to rename.
    private boolean move(String name, HostDirectory to, String newName, int flags)
            throws BlockException {
        int target = ((LinuxDirectory) to).fd;
        String from = component(name);
        String into = component(newName);
        return IoPool.call(() -> {
            try (Arena arena = Arena.ofConfined();
                    CallFrame frame = CallFrame.take()) {
                long result =
                        Syscall.call(
                                frame,
                                LinuxCalls.numbers().renameat2(),
                                fd,
                                LinuxCalls.nativeName(arena, from).address(),
                                target,
                                LinuxCalls.nativeName(arena, into).address(),
                                flags,
                                0);
                boolean isUnknown =
                        result == -Errno.EINVAL.value() || result == -Errno.ENOSYS.value();
                if (flags != 0 && isUnknown) {
                    return false;
                }
                LinuxCalls.check(result);
                return true;
            }
        });
    }

    @Override
    public void delete(String name) throws BlockException {
        named(name, at -> LinuxCalls.call(LinuxCalls.numbers().unlinkat(), fd, at, 0, 0));
    }

    @Override
    public void deleteDirectory(String name) throws BlockException {
        int flags = AT_REMOVEDIR;
        named(name, at -> LinuxCalls.call(LinuxCalls.numbers().unlinkat(), fd, at, flags, 0));
    }

    @Override
    public void setPermissions(String name, int mode) throws BlockException {
        String checked = component(name);
        int bits = LinuxCalls.numbers().openNoFollow() | LinuxCalls.NON_BLOCKING;
        IoPool.run(() -> {
            int file = LinuxCalls.openAt(fd, checked, bits, 0);
            try {
                LinuxCalls.check(LinuxCalls.call(LinuxCalls.numbers().fchmod(), file, mode, 0, 0));
            } finally {
                LinuxCalls.close(file);
            }
        });
    }

    @Override
    public void sync() throws BlockException {
        IoPool.run(() -> LinuxCalls.sync(fd));
    }

    /// A call with the address of a name.
    @FunctionalInterface
    private interface NamedCall {
        long call(long name);
    }

    private static void named(String name, NamedCall call) throws BlockException {
        String checked = component(name);
        IoPool.run(() -> {
            try (Arena arena = Arena.ofConfined()) {
                LinuxCalls.check(call.call(LinuxCalls.nativeName(arena, checked).address()));
            }
        });
    }

    private static String component(String name) throws BlockException {
        return DirectoryNames.component(name);
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            LinuxCalls.close(fd);
        }
    }
}
