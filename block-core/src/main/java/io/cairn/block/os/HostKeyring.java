package io.cairn.block.os;

import io.cairn.block.BlockException;

/// The keys that the kernel keeps for its users (Linux manual, keyrings(7)).
public final class HostKeyring {
    private HostKeyring() {}

    /// The payload of a key, which the caller wipes.
    ///
    /// @param serial the key's number, or one of the negative ones that stand for this process's
    ///   keyrings
    /// @throws BlockException with `ENOKEY`, `EKEYEXPIRED`, `EKEYREVOKED` or `EACCES` if this
    ///   process cannot have it, with `ENOSYS` where there are no such keys
    public static byte[] read(int serial) throws BlockException {
        return Host.current().readKey(serial);
    }
}
