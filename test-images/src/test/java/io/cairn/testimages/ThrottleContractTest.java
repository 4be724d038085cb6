package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.object.ThrottleGroupObject;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;

/// The contract on two `throttle` nodes, one on the other, whose limits are never reached.
class ThrottleContractTest extends BlockDriverContract {
    private final TestGraph graph = new TestGraph(new MemoryHost(), new FilterDrivers());

    private void addGroup() throws BlockException {
        if (graph.graph().objects().find("g").isEmpty()) {
            graph.graph()
                    .objects()
                    .add(
                            ThrottleGroupObject.TYPE,
                            "g",
                            new Options().put("x-iops-total", "1000000000"));
        }
    }

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        addGroup();
        if (fresh) {
            graph.host().put("disk", new MemoryStorage(new byte[length()]));
        }
        Options options =
                new Options()
                        .put("driver", "throttle")
                        .put("throttle-group", "g")
                        .put("file.driver", "throttle")
                        .put("file.throttle-group", "g")
                        .put("file.file.driver", MemoryHost.DRIVER)
                        .put("file.file.filename", "disk");
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
