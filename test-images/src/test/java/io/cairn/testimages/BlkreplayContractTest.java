package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;

/// The contract on a `blkreplay` node.
class BlkreplayContractTest extends BlockDriverContract {
    private final TestGraph graph = new TestGraph(new MemoryHost(), new FilterDrivers());

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        Options options = new Options().put("driver", "blkreplay");
        for (String child : new String[] {"image"}) {
            if (fresh) {
                graph.host().put(child, new MemoryStorage(new byte[length()]));
            }
            options.put(child + ".driver", MemoryHost.DRIVER).put(child + ".filename", child);
        }
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
