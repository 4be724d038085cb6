package io.cairn.format.qcow2;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
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
        return check(graph, name, new Options());
    }

    /// The same of an image that is opened with options.
    static CheckResult check(TestGraph graph, String name, Options options) throws BlockException {
        return check(graph, name, options, NodeFlags.READ_ONLY, false, new ArrayList<>());
    }

    /// Checks an image and repairs all that can be repaired.
    static CheckResult repair(TestGraph graph, String name) throws BlockException {
        return repair(graph, name, new ArrayList<>());
    }

    /// The same, with the lines that tell of it.
    static CheckResult repair(TestGraph graph, String name, List<String> messages)
            throws BlockException {
        NodeFlags flags = NodeFlags.READ_ONLY.withReadOnly(false);
        return check(graph, name, new Options(), flags, true, messages);
    }

    private static CheckResult check(
            TestGraph graph,
            String name,
            Options options,
            NodeFlags flags,
            boolean fix,
            List<String> messages)
            throws BlockException {
        OpenRequest request =
                new OpenRequest(
                        "mem:" + name,
                        new Options(options).put("driver", "qcow2"),
                        flags.withCheck(true),
                        false);
        Permissions permissions =
                fix ? Permissions.of(Permission.WRITE, Permission.RESIZE) : Permissions.NONE;
        try (BlockBackend disk = graph.graph().open(request, permissions, Permissions.ALL)) {
            return disk.node().driverInstance().check(new CheckRequest(fix, fix, messages::add));
        }
    }
}
