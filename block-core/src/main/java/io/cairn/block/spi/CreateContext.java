package io.cairn.block.spi;

import io.cairn.block.BlockException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;

/// What a driver is given to create an image.
public interface CreateContext {
    /// The creation options, `size` among them; the driver takes what it knows, and what is left
    /// over is refused.
    Options options();

    /// For a protocol driver: the name of the file to make.
    String filename();

    /// For a format: the storage to write into, writable and resizable. Made new with the given
    /// options of its protocol (`size`, `preallocation`, `nocow`, …), unless the caller of the
    /// creation gave a node.
    Child file(Options protocolOptions) throws BlockException;

    /// Whether {@link #file} makes the storage anew, so that what was there is lost.
    default boolean makesFile() {
        return true;
    }

    /// For a format with an external data file: the node of that name, made with the given options
    /// first if it is to be created.
    Child dataFile(String filename, Options protocolOptions) throws BlockException;

    /// The objects (secrets, …) that options refer to by id.
    ObjectRegistry objects();
}
