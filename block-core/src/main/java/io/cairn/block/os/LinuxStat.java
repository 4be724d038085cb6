package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// `statx(2)` and its structure.
///
/// | offset | size | field |
/// |---|---|---|
/// | 4 | 4 | preferred block size |
/// | 28 | 2 | type and permissions |
/// | 32 | 8 | inode |
/// | 40 | 8 | length |
/// | 48 | 8 | blocks of 512 bytes |
/// | 64 | 8 | seconds of the last access |
/// | 96 | 8 | seconds of the last change of anything |
/// | 112 | 8 | seconds of the last change of the content |
/// | 136 | 4 | major number of the device |
/// | 140 | 4 | minor number of the device |
/// | 152 | 4 | memory alignment of direct requests |
/// | 156 | 4 | offset alignment of direct requests |
final class LinuxStat {
    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final int BASIC_STATS = 0x7ff;
    private static final int DIRECT_ALIGNMENT = 0x2000;
    private static final int TYPE_MASK = 0170000;

    private LinuxStat() {}

    static FileStat of(String path) throws BlockException {
        try (Arena arena = Arena.ofConfined();
                CallFrame frame = CallFrame.take()) {
            long name = LinuxCalls.nativeName(arena, path).address();
            return read(call(frame, AT_FDCWD, name, 0, BASIC_STATS));
        }
    }

    static FileStat of(int fd) throws BlockException {
        try (Arena arena = Arena.ofConfined();
                CallFrame frame = CallFrame.take()) {
            MemorySegment empty = arena.allocate(1);
            return read(call(frame, fd, empty.address(), AT_EMPTY_PATH, BASIC_STATS));
        }
    }

    /// What a name in a directory stands for.
    static DirectoryEntry entry(int directory, String name, boolean follow) throws BlockException {
        try (Arena arena = Arena.ofConfined();
                CallFrame frame = CallFrame.take()) {
            long address = LinuxCalls.nativeName(arena, name).address();
            int flags = follow ? 0 : AT_SYMLINK_NOFOLLOW;
            return readEntry(call(frame, directory, address, flags, BASIC_STATS));
        }
    }

    private static DirectoryEntry readEntry(ByteBuffer stat) {
        FileStat file = read(stat);
        int mode = Short.toUnsignedInt(stat.getShort(CallFrame.DATA + 28));
        return new DirectoryEntry(
                entryKind(mode),
                file.length(),
                file.permissions(),
                file.device(),
                file.inode(),
                stat.getLong(CallFrame.DATA + 64),
                stat.getLong(CallFrame.DATA + 112),
                stat.getLong(CallFrame.DATA + 96));
    }

    private static DirectoryEntry.Kind entryKind(int mode) {
        return switch (mode & TYPE_MASK) {
            case 0100000 -> DirectoryEntry.Kind.REGULAR;
            case 0040000 -> DirectoryEntry.Kind.DIRECTORY;
            case 0120000 -> DirectoryEntry.Kind.LINK;
            default -> DirectoryEntry.Kind.OTHER;
        };
    }

    /// What the filesystem says of direct requests; {@link IoAlignment#NONE} where it says nothing.
    static IoAlignment directAlignment(int fd) throws BlockException {
        try (Arena arena = Arena.ofConfined();
                CallFrame frame = CallFrame.take()) {
            MemorySegment empty = arena.allocate(1);
            ByteBuffer stat = call(frame, fd, empty.address(), AT_EMPTY_PATH, DIRECT_ALIGNMENT);
            int memory = stat.getInt(CallFrame.DATA + 152);
            int request = stat.getInt(CallFrame.DATA + 156);
            boolean isAnswered = (stat.getInt(CallFrame.DATA) & DIRECT_ALIGNMENT) != 0;
            return isAnswered && request > 0
                    ? new IoAlignment(request, Math.max(memory, 1))
                    : IoAlignment.NONE;
        }
    }

    private static ByteBuffer call(CallFrame frame, int fd, long name, int flags, int mask)
            throws BlockException {
        int number = LinuxCalls.numbers().statx();
        LinuxCalls.check(Syscall.call(frame, number, fd, name, flags, mask, frame.data(), 0));
        return frame.memory();
    }

    private static FileStat read(ByteBuffer stat) {
        int mode = Short.toUnsignedInt(stat.getShort(CallFrame.DATA + 28));
        long major = Integer.toUnsignedLong(stat.getInt(CallFrame.DATA + 136));
        long minor = Integer.toUnsignedLong(stat.getInt(CallFrame.DATA + 140));
        return new FileStat(
                kind(mode),
                stat.getLong(CallFrame.DATA + 40),
                stat.getLong(CallFrame.DATA + 48) * 512,
                stat.getInt(CallFrame.DATA + 4),
                mode & 07777,
                deviceNumber(major, minor),
                stat.getLong(CallFrame.DATA + 32));
    }

    /// The one number that `stat(2)` makes of the two.
    private static long deviceNumber(long major, long minor) {
        return ((major & 0xfffff000L) << 32)
                | ((major & 0xfff) << 8)
                | ((minor & 0xffffff00L) << 12)
                | (minor & 0xff);
    }

    private static FileStat.Kind kind(int mode) {
        return switch (mode & TYPE_MASK) {
            case 0100000 -> FileStat.Kind.REGULAR;
            case 0040000 -> FileStat.Kind.DIRECTORY;
            case 0060000 -> FileStat.Kind.BLOCK_DEVICE;
            case 0020000 -> FileStat.Kind.CHARACTER_DEVICE;
            default -> FileStat.Kind.OTHER;
        };
    }
}
