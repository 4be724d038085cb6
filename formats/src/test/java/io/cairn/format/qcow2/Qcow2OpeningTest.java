package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

class Qcow2OpeningTest {
    private static final int CLUSTER = 64 << 10;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @Test
    void takesTheMissingLastClusterOfAFileForData() throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", "64k"));
        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            disk.write(0, ByteBuffer.allocateDirect(CLUSTER).put(0, (byte) 1), WriteFlags.NONE);
        }
        byte[] whole = graph.host().get("disk").content();
        byte[] cut = Arrays.copyOf(whole, whole.length - CLUSTER);
        graph.host().put("disk", new MemoryStorage(cut));

        try (BlockBackend disk = graph.open("qcow2", "disk")) {
            BlockStatus status = disk.status(0, CLUSTER, true);

            assertThat(status.allocated()).isTrue();
            assertThat(status.zero()).isFalse();
        }
    }

    @Test
    void refusesABackingNodeOfAFormatThatHasNone() throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", "64k"));

        for (String child : List.of("", "file.")) {
            Options backed = new Options().put(child + "backing.driver", "raw");

            assertThatThrownBy(() -> graph.open("raw", "disk", backed).close())
                    .hasMessage("Driver doesn't support backing files");
        }
        graph.open("qcow2", "disk").close();
    }

    @Test
    void givesAMachineNoImageThatIsEncryptedInTheOldWay() throws BlockException {
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
        Options key = new Options().put("encrypt.key-secret", "s");
        graph.create(
                "qcow2", "disk", new Options(key).put("size", "64k").put("encrypt.format", "aes"));
        graph.open("qcow2", "disk", key).close();

        graph.graph().serveMachine();

        assertThatThrownBy(() -> graph.open("qcow2", "disk", key).close())
                .hasMessage(
                        "Use of AES-CBC encrypted qcow2 images is no longer supported in system"
                                + " emulators");
    }

    @Test
    void unmapsForAFrontEndAndForANodeAboveOnlyIfItMay() throws BlockException {
        for (String discard : List.of("ignore", "unmap")) {
            assertThat(allocatedAfterZeroing("qcow2", "discard", discard)).isFalse();
        }
        assertThat(allocatedAfterZeroing("raw", "discard", "ignore")).isFalse();
        assertThat(allocatedAfterZeroing("raw", "file.discard", "unmap")).isFalse();
        assertThat(allocatedAfterZeroing("raw", "file.discard", "ignore")).isTrue();
    }

    /// Whether a cluster keeps its place when its zeroes may be unmapped.
    private boolean allocatedAfterZeroing(String top, String option, String value)
            throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", "64k"));
        Options options = new Options().put(option, value);
        if (top.equals("raw")) {
            options.put("file.driver", "qcow2")
                    .put("file.file.driver", MemoryHost.DRIVER)
                    .put("file.file.filename", "disk");
        }
        OpenRequest request =
                new OpenRequest(
                        top.equals("raw") ? null : "mem:disk",
                        options.put("driver", top),
                        TestGraph.WRITABLE.withUnmap(false),
                        true);
        try (BlockBackend disk = graph.graph().open(request, Permissions.ALL, Permissions.ALL)) {
            disk.write(0, ByteBuffer.allocateDirect(CLUSTER).put(0, (byte) 1), WriteFlags.NONE);

            disk.writeZeroes(0, CLUSTER, WriteFlags.MAY_UNMAP);

            return disk.status(0, CLUSTER, true).hasHostOffset();
        }
    }
}
