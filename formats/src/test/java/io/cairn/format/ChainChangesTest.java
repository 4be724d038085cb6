package io.cairn.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Permission;
import io.cairn.block.PermissionConflictException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.ChainChanges;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChainChangesTest {
    private static final int LENGTH = 1 << 20;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @AfterEach
    void close() {
        graph.close();
    }

    private BlockNode add(String name) throws BlockException {
        graph.create("qcow2", name, new Options().put("size", LENGTH));
        Options options =
                new Options()
                        .put("driver", "qcow2")
                        .put("node-name", name)
                        .put("file.driver", "memory")
                        .put("file.filename", name);
        return graph.graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    @Test
    void aBackingNodeThatIsNotToBeHadLeavesGraphAndHeaderAsTheyWere() throws BlockException {
        BlockNode first = add("first");
        BlockNode second = add("second");
        BlockNode top = add("top");
        ChainChanges changes = new ChainChanges(graph.graph());
        BackingReference before = new BackingReference("mem:first", "qcow2");
        changes.changeBacking(top, first, before);

        try (BlockBackend reader =
                        graph.graph()
                                .newBackend(
                                        "reader",
                                        top,
                                        Permissions.of(Permission.CONSISTENT_READ),
                                        Permissions.ALL);
                BlockBackend owner =
                        graph.graph()
                                .newBackend("owner", second, Permissions.ALL, Permissions.NONE)) {
            assertThat(reader.length()).isEqualTo(LENGTH);
            assertThat(owner.length()).isEqualTo(LENGTH);
            assertThatThrownBy(() ->
                            changes.changeBacking(
                                    top, second, new BackingReference("mem:second", "qcow2")))
                    .isInstanceOf(PermissionConflictException.class);
        }

        assertThat(top.nextImage()).isEqualTo(first);
        assertThat(top.driverInstance().backingReference()).contains(before);
    }
}
