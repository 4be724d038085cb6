package io.cairn.format.raw;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.BlockDriverContract;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;

/// The contract on a raw image.
class RawContractTest extends BlockDriverContract {
    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        if (fresh) {
            graph.host().put("disk", new MemoryStorage(new byte[length()]));
        }
        return graph.open(RawDriver.NAME, "disk");
    }

    @Override
    protected int length() {
        return 256 << 10;
    }

    @AfterEach
    void closeGraph() {
        graph.close();
    }
}
