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

    /// Reads at the file's start with ever larger units; a file that is too short to tell gets the
    /// largest.
    static IoAlignment probe(int fd) throws BlockException {
        long length = LinuxCalls.check(LinuxCalls.seek(fd, 0, LinuxCalls.SEEK_END));
        if (length < LARGEST) {
            return new IoAlignment(LARGEST, LARGEST);
        }
        try (PooledBuffer pages = BufferPool.shared().acquire(2 * LARGEST);
                CallFrame frame = CallFrame.take()) {
            long address = Syscall.address(pages.buffer());
            int request = 1;
            while (request < LARGEST && !reads(frame, fd, address, request)) {
                request = next(request);
            }
            int memory = 1;
            while (memory < LARGEST && !reads(frame, fd, address + memory, LARGEST)) {
                memory = next(memory);
            }
            return new IoAlignment(request, memory);
        }
    }

    private static int next(int unit) {
        return Math.max(SMALLEST, unit * 2);
    }

    private static boolean reads(CallFrame frame, int fd, long address, int length) {
        int number = LinuxCalls.numbers().pread();
        return Syscall.call(frame, number, fd, address, length, 0, 0, 0) != -Errno.EINVAL.value();
    }
}
