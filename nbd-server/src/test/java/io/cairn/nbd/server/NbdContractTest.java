package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.testimages.BlockDriverContract;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The contract on a disk that our client reaches through our server.
class NbdContractTest extends BlockDriverContract {
    @TempDir Path folder;
    private @Nullable ServedDisk served;

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        ServedDisk now = served;
        if (fresh || now == null) {
            now = new ServedDisk(folder, length());
            served = now;
        }
        return now.connect();
    }

    @Override
    protected int length() {
        return 1 << 20;
    }

    @Override
    protected void checkClosed() throws BlockException {
        if (served != null) {
            served.close();
        }
    }
}
