package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
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
}
