package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Errno;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BitmapInfo;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Measure;
import io.cairn.block.spi.MeasureContext;
import io.cairn.block.spi.MeasureSource;

import java.util.List;
import java.util.Optional;

/// Tells how much space an image would need that does not exist yet.
public final class MeasureImage {
    private MeasureImage() {}

    /// A disk as the source of a measurement.
    private record Disk(BlockBackend backend) implements MeasureSource {
        @Override
        public long length() {
            return backend.length();
        }

        @Override
        public BlockStatus status(long offset, long length) throws BlockException {
            return backend.chainStatus(offset, length, true).status();
        }

        @Override
        public Optional<List<BitmapInfo>> persistentBitmaps() throws BlockException {
            return backend.node().driverInstance().persistentBitmaps();
        }
    }

    /// The space for a new image.
    ///
    /// @param format the new image's driver
    /// @param objects where the secrets are that options name
    /// @param options creation options by their command-line names, with `size` if there is no
    ///   source
    /// @param source the disk whose content would be copied into it
    public static Measure run(
            BlockDriver format,
            ObjectRegistry objects,
            Options options,
            Optional<BlockBackend> source)
            throws BlockException {
        return format.measure(new MeasureContext(options, objects, source.map(Disk::new)))
                .orElseThrow(() ->
                        new BlockException(
                                Errno.ENOTSUP,
                                "Block driver '"
                                        + format.name()
                                        + "' does not support size measurement"));
    }
}
