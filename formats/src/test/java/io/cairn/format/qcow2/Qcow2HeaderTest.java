package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BackingReference;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Changes one field of a sound header: opening says what the peer says.
class Qcow2HeaderTest {
    private static final int EXTENSIONS = 112;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FormatDrivers());

    @AfterEach
    void close() {
        graph.close();
    }

    private ByteBuffer image() throws BlockException {
        graph.create("qcow2", "disk", new Options().put("size", "67108864"));
        return ByteBuffer.wrap(host.get("disk").content());
    }

    private BlockBackend open(ByteBuffer image) throws BlockException {
        byte[] content = new byte[image.limit()];
        image.get(0, content);
        host.put("disk", new MemoryStorage(content));
        return graph.open("qcow2", "disk");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4, 0, Image is not in qcow2 format",
        "4, 4, 4, Unsupported qcow2 version 4",
        "20, 4, 8, Unsupported cluster size: 2^8",
        "20, 4, 22, Unsupported cluster size: 2^22",
        "8, 8, 9223372036854775807, Invalid backing file offset",
        "24, 8, 1099511627776, L1 table is too small",
        "24, 8, 9223372036854775807, Image is too big",
        "24, 8, -9223372036854775808, Image is too big",
        "32, 4, 3, Unsupported encryption method 3",
        "36, 4, 4194305, Active L1 table too large",
        "36, 4, -1, Active L1 table too large",
        "40, 8, 197120, Active L1 table offset invalid",
        "40, 8, -9223372036854775808, Active L1 table offset invalid",
        "48, 8, 66048, Reference count table offset invalid",
        "56, 4, 0, Image does not contain a reference count table",
        "56, 4, 129, Reference count table too large",
        "60, 4, 65537, Snapshot table too large",
        "64, 8, 512, Snapshot table offset invalid",
        "72, 8, 2, qcow2: Image is corrupt; cannot be opened read/write",
        "72, 8, 8, qcow2: Compression type incompatible feature bit must not be set",
        "72, 8, 96, Unsupported qcow2 feature(s): Unknown incompatible feature: 60",
        "96, 4, 7, Reference count entry width too large; may not exceed 64 bits",
        "100, 4, 103, qcow2 header too short",
        "100, 4, 65544, qcow2 header exceeds cluster size",
        "104, 1, 1, qcow2: Compression type incompatible feature bit must be set",
        "104, 1, 2, qcow2: unknown compression type: 2"
    })
    void refusesAWrongFieldInThePeersWords(int offset, int size, long value, String message)
            throws BlockException {
        ByteBuffer image = image();
        switch (size) {
            case 8 -> image.putLong(offset, value);
            case 4 -> image.putInt(offset, (int) value);
            default -> image.put(offset, (byte) value);
        }

        assertThatThrownBy(() -> open(image)).hasMessage(message);
    }

    @Test
    void namesAnUnknownFeatureByTheImagesOwnTable() throws BlockException {
        ByteBuffer image = image();
        image.putLong(72, 1L << 63 | 1L << 62);
        image.putInt(EXTENSIONS, Qcow2Layout.EXTENSION_FEATURE_NAMES).putInt(EXTENSIONS + 4, 48);
        byte[] name = "time travel\0".getBytes(StandardCharsets.US_ASCII);
        image.put(EXTENSIONS + 8, (byte) 0).put(EXTENSIONS + 9, (byte) 63);
        image.put(EXTENSIONS + 10, name);
        image.putLong(EXTENSIONS + 56, 0);

        assertThatThrownBy(() -> open(image))
                .hasMessage(
                        "Unsupported qcow2 feature(s): time travel, Unknown incompatible feature:"
                                + " 4000000000000000");
    }

    @Test
    void namesAFeatureByAnEntryThatIsCutOff() throws BlockException {
        ByteBuffer image = image();
        image.putLong(72, 1L << 63);
        image.putInt(EXTENSIONS, Qcow2Layout.EXTENSION_FEATURE_NAMES).putInt(EXTENSIONS + 4, 13);
        image.put(EXTENSIONS + 8, (byte) 0).put(EXTENSIONS + 9, (byte) 63);
        image.put(EXTENSIONS + 10, "time travel".getBytes(StandardCharsets.US_ASCII));
        image.putLong(EXTENSIONS + 24, 0);

        assertThatThrownBy(() -> open(image))
                .hasMessage("Unsupported qcow2 feature(s): time travel");
    }

    @Test
    void refusesAnExtensionThatLeavesItsCluster() throws BlockException {
        ByteBuffer image = image();
        image.putInt(EXTENSIONS, 0x12345678).putInt(EXTENSIONS + 4, 65536 - EXTENSIONS - 8 + 1);

        assertThatThrownBy(() -> open(image)).hasMessage("Header extension too large");
    }

    @Test
    void keepsAnUnknownExtensionWhenTheBackingFileChanges() throws BlockException {
        ByteBuffer image = image();
        byte[] data = "what is this".getBytes(StandardCharsets.US_ASCII);
        image.putInt(EXTENSIONS, 0x12345678).putInt(EXTENSIONS + 4, data.length);
        image.put(EXTENSIONS + 8, data).putLong(EXTENSIONS + 24, 0);

        try (BlockBackend disk = open(image)) {
            disk.node()
                    .driverInstance()
                    .changeBackingReference(new BackingReference("base.img", "raw"));
        }

        try (BlockBackend disk =
                graph.graph()
                        .open(
                                OpenRequest.of("mem:disk").withFormat("qcow2").withoutBacking(),
                                Permissions.NONE,
                                Permissions.ALL)) {
            assertThat(disk.node().driverInstance().backingReference())
                    .contains(new BackingReference("base.img", "raw"));
        }
        String bytes = new String(host.get("disk").content(), StandardCharsets.ISO_8859_1);
        assertThat(bytes).contains("what is this");
    }
}
