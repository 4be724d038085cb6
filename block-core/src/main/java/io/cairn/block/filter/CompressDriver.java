package io.cairn.block.filter;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.OpenContext;

/// A filter by which every write is stored compressed, in whole clusters of the format below.
public final class CompressDriver extends FilterDriver {
    /// The driver's name.
    public static final String NAME = "compress";

    public CompressDriver() {
        super(NAME);
    }

    @Override
    public DriverInstance open(OpenContext context) throws BlockException {
        Child file = openFile(context);
        if (!file.supportsCompressedWrites()) {
            throw new BlockException(
                    Errno.ENOTSUP,
                    "Compression is not supported for underlying format: " + file.node().driver());
        }
        return new CompressInstance(file, file.info().clusterSize());
    }
}
