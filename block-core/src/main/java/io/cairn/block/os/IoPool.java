package io.cairn.block.os;

import io.cairn.block.BlockException;
import java.io.IOException;

/// Where virtual threads send the host calls that may wait.
final class IoPool {
    private IoPool() {}

    /// A host call.
    interface Call<T> {
        T run() throws IOException;
    }

    static <T> T call(Call<T> call) throws BlockException {
        try {
            return call.run();
        } catch (IOException e) {
            throw HostErrors.from(e);
        }
    }
}
