package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.PooledBuffer;
import io.cairn.block.WriteFlags;
import io.cairn.block.spi.Child;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/// A log of writes as the tools of dm-log-writes read it: a superblock in the first sector, then
/// entries of one sector each, those of writes followed by the data. Numbers are little-endian.
///
/// | superblock | bytes | |
/// |---|---|---|
/// | 0 | 8 | magic |
/// | 8 | 8 | version, 1 |
/// | 16 | 8 | number of entries |
/// | 24 | 4 | bytes of a sector of the log |
///
/// | entry | bytes | |
/// |---|---|---|
/// | 0 | 8 | sector of the file |
/// | 8 | 8 | number of sectors |
/// | 16 | 8 | flags |
/// | 24 | 8 | bytes of a mark's text that follow in the entry's sector |
///
/// Thread-safe; entries follow each other in the order of the calls.
final class WriteLog {
    static final long MAGIC = 0x6A736677736872L;
    static final long VERSION = 1;
    static final long FLAG_FLUSH = 1;
    static final long FLAG_FUA = 1 << 1;
    static final long FLAG_DISCARD = 1 << 2;
    static final long FLAG_MARK = 1 << 3;

    private static final long FLAGS = FLAG_FLUSH | FLAG_FUA | FLAG_DISCARD | FLAG_MARK;
    private static final int SUPERBLOCK_LENGTH = 28;
    private static final int ENTRY_LENGTH = 32;
    private static final long MIN_SECTOR_SIZE = ENTRY_LENGTH;
    private static final long MAX_SECTOR_SIZE = 8 << 20;
    private static final long DEFAULT_SECTOR_SIZE = 512;

    private final Child log;
    private final int sectorSize;
    private final long updateInterval;

    /// Held while an entry is written, so that there are no gaps in the log.
    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by the lock.
    private long entries;
    private long nextSector = 1;

    private WriteLog(Child log, long sectorSize, long updateInterval)
            throws InvalidOptionException {
        if (Long.bitCount(sectorSize) != 1
                || sectorSize < MIN_SECTOR_SIZE
                || sectorSize > MAX_SECTOR_SIZE) {
            throw new InvalidOptionException(
                    "Invalid log sector size " + Long.toUnsignedString(sectorSize));
        }
        if (updateInterval == 0) {
            throw new InvalidOptionException("Invalid log superblock update interval 0");
        }
        this.log = log;
        this.sectorSize = (int) sectorSize;
        this.updateInterval = updateInterval;
    }

    /// A log that begins anew; the child is not touched before the first entry.
    static WriteLog begin(Child log, BlklogwritesOptions options) throws BlockException {
        return new WriteLog(log, options.sectorSize(), options.updateInterval());
    }

    /// The log that the child holds, to be continued; one without any bytes begins anew.
    static WriteLog resume(Child log, BlklogwritesOptions options) throws BlockException {
        if (log.length() == 0) {
            return new WriteLog(log, DEFAULT_SECTOR_SIZE, options.updateInterval());
        }
        try (PooledBuffer pooled = BufferPool.shared().acquire(SUPERBLOCK_LENGTH)) {
            ByteBuffer superblock = pooled.buffer().order(ByteOrder.LITTLE_ENDIAN);
            log.read(0, superblock);
            if (superblock.getLong(0) != MAGIC) {
                throw new BlockException(Errno.EINVAL, "Invalid log superblock magic");
            }
            long version = superblock.getLong(8);
            if (version != VERSION) {
                throw new BlockException(
                        Errno.EINVAL, "Unsupported log version " + Long.toUnsignedString(version));
            }
            long sectorSize = Integer.toUnsignedLong(superblock.getInt(24));
            WriteLog resumed = new WriteLog(log, sectorSize, options.updateInterval());
            resumed.findEnd(superblock.getLong(16));
            return resumed;
        }
    }

    /// Walks to the end of the log. Behind the child's end there are only zeroes, which are entries
    /// of no sectors.
    private void findEnd(long count) throws BlockException {
        if (count < 0) {
            throw tooLong();
        }
        long sectors = log.length() / sectorSize;
        try (PooledBuffer pooled = BufferPool.shared().acquire(ENTRY_LENGTH)) {
            ByteBuffer entry = pooled.buffer().order(ByteOrder.LITTLE_ENDIAN);
            while (entries < count && nextSector <= sectors) {
                log.read(nextSector * sectorSize, entry);
                long flags = entry.getLong(16);
                if ((flags & ~FLAGS) != 0) {
                    throw new BlockException(
                            Errno.EINVAL,
                            "Invalid flags 0x"
                                    + Long.toHexString(flags)
                                    + " in log entry "
                                    + entries);
                }
                long data = (flags & FLAG_DISCARD) != 0 ? 0 : entry.getLong(8);
                advance(1, data);
            }
        }
        advance(count - entries, 0);
    }

    private void advance(long count, long dataSectors) throws BlockException {
        long limit = Long.MAX_VALUE / sectorSize - nextSector;
        if (dataSectors < 0 || dataSectors > limit || count > limit - dataSectors) {
            throw tooLong();
        }
        entries += count;
        nextSector += count + dataSectors;
    }

    private BlockException tooLong() {
        return new BlockException(
                Errno.EINVAL, "Log entry " + entries + " reaches beyond any possible end");
    }

    /// The unit of the log in bytes: offsets and lengths of what is logged are multiples of it.
    int sectorSize() {
        return sectorSize;
    }

    /// Logs a write.
    void write(long offset, ByteBuffer data) throws BlockException {
        int length = data.remaining();
        append(offset, length, 0, length, at -> log.write(at, data, WriteFlags.NONE));
    }

    /// Logs a write of zeroes.
    void writeZeroes(long offset, long length) throws BlockException {
        append(offset, length, 0, length, at -> log.writeZeroes(at, length, WriteFlags.NONE));
    }

    /// Logs a discard.
    void discard(long offset, long length) throws BlockException {
        append(offset, length, FLAG_DISCARD, 0, _ -> {});
    }

    /// Logs a flush, and makes the log itself stable.
    void flush() throws BlockException {
        append(0, 0, FLAG_FLUSH, 0, _ -> {});
        log.flush();
    }

    /// Puts an entry's data into the log.
    @FunctionalInterface
    private interface Content {
        void writeAt(long offset) throws BlockException;
    }

    private void append(long offset, long length, long flags, long dataLength, Content content)
            throws BlockException {
        lock.lock();
        try (PooledBuffer pooled = BufferPool.shared().acquireZeroed(sectorSize)) {
            ByteBuffer sector = pooled.buffer().order(ByteOrder.LITTLE_ENDIAN);
            sector.putLong(0, offset / sectorSize);
            sector.putLong(8, length / sectorSize);
            sector.putLong(16, flags);
            long at = nextSector * sectorSize;
            advance(1, dataLength / sectorSize);
            log.write(at, sector, WriteFlags.NONE);
            content.writeAt(at + sectorSize);
            if (flags == FLAG_FLUSH || Long.remainderUnsigned(entries, updateInterval) == 0) {
                writeSuperblock(sector);
            }
        } finally {
            lock.unlock();
        }
    }

    private void writeSuperblock(ByteBuffer sector) throws BlockException {
        sector.putLong(0, MAGIC);
        sector.putLong(8, VERSION);
        sector.putLong(16, entries);
        sector.putLong(24, sectorSize);
        log.write(0, sector, WriteFlags.NONE);
    }
}
