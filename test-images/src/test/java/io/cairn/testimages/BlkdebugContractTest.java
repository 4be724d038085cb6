package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;

/// The contract on a `blkdebug` node without rules, that wants whole blocks of 4 KiB.
class BlkdebugContractTest extends BlockDriverContract {
    private final TestGraph graph = new TestGraph(new MemoryHost(), new FilterDrivers());

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        if (fresh) {
            graph.host().put("disk", new MemoryStorage(new byte[length()]));
        }
        Options options =
                new Options()
                        .put("driver", "blkdebug")
                        .put("align", 4096)
                        .put("image.driver", MemoryHost.DRIVER)
                        .put("image.filename", "disk");
        return graph.graph()
                .open(
                        new OpenRequest(null, options, TestGraph.WRITABLE, true),
                        Permissions.ALL,
                        Permissions.ALL);
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
