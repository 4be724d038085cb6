package io.cairn.qmp.chardev;

import io.cairn.block.os.ByteStream;

/// Who speaks over a character device.
@FunctionalInterface
public interface FrontEnd {
    /// Serves one connection until it ends; the device closes it then. Called on a thread of the
    /// device's.
    void serve(ByteStream stream);
}
