package io.cairn.protocol.vvfat;

import com.google.errorprone.annotations.concurrent.GuardedBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.HostFile;
import io.cairn.block.os.HostPath;
import io.cairn.block.os.OpenFlags;

import java.nio.ByteBuffer;
import java.util.BitSet;

/// What a guest has written and no file of the host holds yet, sector by sector.
///
/// The sectors are in a temporary file without a name, each at its offset on the disk, so that it
/// takes no more space than was written; which they are is known in memory alone.
final class Overlay implements AutoCloseable {
    private final HostFile file;

    @GuardedBy("this")
    private final BitSet written = new BitSet();

    /// Whether anything was written since the last {@link #settle}.
    @GuardedBy("this")
    private boolean dirty;

    private Overlay(HostFile file) {
        this.file = file;
    }

    static Overlay create() throws BlockException {
        String name = HostPath.createTemporary(HostPath.temporaryDirectory(), "cairn-vvfat-");
        try {
            HostFile file = HostFile.open(name, OpenFlags.READ_WRITE);
            HostPath.delete(name);
            return new Overlay(file);
        } catch (BlockException e) {
            throw e.prefixed("Could not open temporary file '" + name + "'");
        }
    }

    /// A stretch of sectors that all were written, or none.
    record Run(boolean isWritten, int sectors) {}

    /// The stretch that starts at a sector, at most `limit` sectors of it.
    synchronized Run runAt(int sector, int limit) {
        boolean isWritten = written.get(sector);
        int end = isWritten ? written.nextClearBit(sector) : written.nextSetBit(sector);
        int sectors = end < 0 ? limit : Math.min(end - sector, limit);
        return new Run(isWritten, sectors);
    }

    /// Whether one of some sectors was written.
    synchronized boolean isWritten(int sector, int count) {
        int next = written.nextSetBit(sector);
        return next >= 0 && next < sector + count;
    }

    void read(long offset, ByteBuffer dst) throws BlockException {
        file.readFully(offset, dst);
    }

    void write(long offset, ByteBuffer src) throws BlockException {
        file.write(offset, src);
        mark(offset, src.remaining());
    }

    /// Has sectors read as zeroes; false where the host cannot do that without writing them.
    boolean zero(long offset, long length) throws BlockException {
        try {
            file.punchHole(offset, length);
        } catch (BlockException e) {
            if (e.errno() == Errno.ENOTSUP) {
                return false;
            }
            throw e;
        }
        mark(offset, length);
        return true;
    }

    private synchronized void mark(long offset, long length) {
        written.set(sector(offset), sector(offset + length));
        dirty = true;
    }

    private static int sector(long offset) {
        return Math.toIntExact(offset / Geometry.SECTOR);
    }

    /// Lets sectors show again what lies below them.
    void forget(long offset, long length) {
        synchronized (this) {
            written.clear(sector(offset), sector(offset + length));
        }
        try {
            file.punchHole(offset, length);
        } catch (BlockException _) {
            // The space is given back later, when the file is closed.
        }
    }

    synchronized boolean isDirty() {
        return dirty;
    }

    /// Notes that the host's files say what the guest has written.
    synchronized void settle() {
        dirty = false;
    }

    @Override
    public void close() {
        file.close();
    }
}
