package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.block.DebugEvent;
import io.cairn.block.spi.Mapping;

import java.nio.ByteBuffer;

/// Reads guest data of an encrypted image. The transfer goes on without the metadata lock.
final class EncryptedClusters {
    private final Qcow2Image image;
    private final Encryption encryption;
    private final ClusterMapper mapper;
    private final CompressedClusters compressed;

    EncryptedClusters(
            Qcow2Image image,
            Encryption encryption,
            ClusterMapper mapper,
            CompressedClusters compressed) {
        this.image = image;
        this.encryption = encryption;
        this.mapper = mapper;
        this.compressed = compressed;
    }

    /// Reads whole sectors that were found transformed. The caller holds a pin from before; what
    /// was overwritten since is read as it is now.
    void read(long offset, ByteBuffer dst) throws BlockException {
        for (int done = 0; done < dst.remaining(); ) {
            Mapping mapping = map(offset + done, dst.remaining() - done);
            int n = (int) Math.min(mapping.length(), dst.remaining() - done);
            ByteBuffer part = Buffers.slice(dst, done, n);
            switch (mapping) {
                case Mapping.Transformed t -> readPart(t, offset + done, part);
                case Mapping.Zero _, Mapping.Unallocated _ -> Buffers.zero(part);
                case Mapping.Data _,
                        Mapping.Through _,
                        Mapping.Stored _,
                        Mapping.Told _,
                        Mapping.Opaque _ ->
                        throw new IllegalStateException("not an answer of an encrypted image");
            }
            done += n;
        }
    }

    private void readPart(Mapping.Transformed mapping, long offset, ByteBuffer dst)
            throws BlockException {
        if (mapping.compressed()) {
            compressed.read(offset, dst);
            return;
        }
        image.file().event(DebugEvent.READ_AIO);
        encryption.decrypted(offset, mapping.hostOffset()).read(mapping.hostOffset(), dst);
    }

    private Mapping map(long offset, long length) throws BlockException {
        image.lock();
        try {
            image.corruption().requireUsable();
            return mapper.map(offset, length, false);
        } finally {
            image.unlock();
        }
    }
}
