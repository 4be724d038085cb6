package io.cairn.block.os;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.PooledBuffer;

/// Finds out what a file opened with `O_DIRECT` asks of its requests.
///
/// The filesystem is asked first (`STATX_DIOALIGN`); where it does not say, true reads tell.
final class DirectAlignment {
    private static final int LARGEST = 4096;
    private static final int SMALLEST = 512;

    private DirectAlignment() {}

    static IoAlignment of(int fd) throws BlockException {
        IoAlignment said = LinuxStat.directAlignment(fd);
        return said == IoAlignment.NONE ? probe(fd) : said;
    }

    /// Reads where the file has data, in ever larger units: a hole is read in any. A file without
    /// as much data gets the largest unit.
    static IoAlignment probe(int fd) throws BlockException {
        long length = LinuxCalls.check(LinuxCalls.seek(fd, 0, LinuxCalls.SEEK_END));
        long dataAt = LinuxCalls.seek(fd, 0, LinuxCalls.SEEK_DATA);
        long start = dataAt == -Errno.EINVAL.value() ? 0 : dataAt & -LARGEST;
        if (start < 0 || start > length - LARGEST) {
            return new IoAlignment(LARGEST, LARGEST);
        }
        try (PooledBuffer pages = BufferPool.shared().acquire(2 * LARGEST);
                CallFrame frame = CallFrame.take()) {
            long address = Syscall.address(pages.buffer());
            int request = 1;
            while (request < LARGEST && !reads(frame, fd, address, request, start)) {
                request = next(request);
            }
            int memory = 1;
            while (memory < LARGEST && !reads(frame, fd, address + memory, LARGEST, start)) {
                memory = next(memory);
            }
            return new IoAlignment(request, memory);
        }
    }

    private static int next(int unit) {
        return Math.max(SMALLEST, unit * 2);
    }

    private static boolean reads(CallFrame frame, int fd, long address, int length, long offset) {
        int number = LinuxCalls.numbers().pread();
        return Syscall.call(frame, number, fd, address, length, offset, 0, 0)
                != -Errno.EINVAL.value();
    }
}
