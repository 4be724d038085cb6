package io.cairn.protocol.vvfat;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;

/// The disk as a guest sees it: the host's files, and above them what was written.
final class Disk implements AutoCloseable {
    private final Volume volume;
    private final @Nullable Overlay overlay;

    /// @param overlay where writes go; null for a disk that is read only
    Disk(Volume volume, @Nullable Overlay overlay) {
        this.volume = volume;
        this.overlay = overlay;
    }

    Volume volume() {
        return volume;
    }

    Geometry geometry() {
        return volume.geometry();
    }

    Overlay overlay() {
        if (overlay == null) {
            throw new IllegalStateException("a disk that is read only was written");
        }
        return overlay;
    }

    /// Whether something was written that the host's files do not say.
    boolean isDirty() {
        return overlay != null && overlay.isDirty();
    }

    /// Reads whole sectors.
    void read(long offset, ByteBuffer dst) throws BlockException {
        if (overlay == null) {
            volume.read(offset, dst);
            return;
        }
        int done = 0;
        while (done < dst.remaining()) {
            long at = offset + done;
            int left = (dst.remaining() - done) / Geometry.SECTOR;
            Overlay.Run run = overlay.runAt((int) (at / Geometry.SECTOR), left);
            ByteBuffer part = Buffers.slice(dst, done, run.sectors() * Geometry.SECTOR);
            if (run.isWritten()) {
                overlay.read(at, part);
            } else {
                volume.read(at, part);
            }
            done += part.remaining();
        }
    }

    /// Reads whole sectors into an array.
    byte[] readBytes(long offset, int length) throws BlockException {
        byte[] bytes = new byte[length];
        ByteBuffer buffer = ByteBuffer.allocateDirect(Math.min(length, 1 << 16));
        for (int done = 0; done < length; ) {
            int count = Math.min(buffer.capacity(), length - done);
            ByteBuffer part = buffer.slice(0, count);
            read(offset + done, part);
            part.get(0, bytes, done, count);
            done += count;
        }
        return bytes;
    }

    @Override
    public void close() {
        if (overlay != null) {
            overlay.close();
        }
        volume.close();
    }
}
