package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.Measure;
import io.cairn.block.spi.MeasureContext;

import java.util.Optional;

/// Tells how much space an image would need that does not exist yet.
public final class MeasureImage {
    private MeasureImage() {}

    /// The space for a new image.
    ///
    /// @param format the new image's driver
    /// @param options creation options by their command-line names, with `size` if there is no
    ///   source
    /// @param source the disk whose content would be copied into it
    public static Measure run(BlockDriver format, Options options, Optional<Child> source)
            throws BlockException {
        return format.measure(new MeasureContext(options, source))
                .orElseThrow(() ->
                        new BlockException(
                                Errno.ENOTSUP,
                                "Block driver '"
                                        + format.name()
                                        + "' does not support size measurement"));
    }
}
