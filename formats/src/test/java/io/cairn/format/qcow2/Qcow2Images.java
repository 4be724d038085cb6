package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;
import io.cairn.testimages.TestGraph;

import java.util.ArrayList;
import java.util.List;

/// What the tests of qcow2 do with images in memory.
final class Qcow2Images {
    private Qcow2Images() {}

    /// Checks an image without repairing it.
    static CheckResult check(TestGraph graph, String name) throws BlockException {
        List<String> messages = new ArrayList<>();
        OpenRequest request =
                new OpenRequest(
                        "mem:" + name,
                        new Options().put("driver", "qcow2"),
                        NodeFlags.READ_ONLY.withCheck(true),
                        false);
        try (BlockBackend disk = graph.graph().open(request, Permissions.NONE, Permissions.ALL)) {
            return disk.node()
                    .driverInstance()
                    .check(new CheckRequest(false, false, messages::add));
        }
    }
}
