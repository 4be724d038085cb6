package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Opens images whose one bitmap is sound or damaged. Messages are as observed of the peer.
class BitmapDirectoryTest {
    private static final int AUTOCLEAR = 88;

    /// Behind the feature names.
    private static final int EXTENSION = 112 + 8 + 384;

    private static final int DIRECTORY = 1 << 20;
    private static final int TABLE = DIRECTORY + 65536;
    private static final int IN_USE = 1;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());
    private final List<String> warnings = new ArrayList<>();
    private ByteBuffer image = ByteBuffer.allocate(0);

    @BeforeEach
    void makeImage() throws BlockException {
        graph.graph().setWarningSink(warnings::add);
        graph.create("qcow2", "disk", new Options().put("size", "4M"));
        byte[] content = Arrays.copyOf(graph.host().get("disk").content(), TABLE + 65536);
        image = ByteBuffer.wrap(content);
        image.putLong(AUTOCLEAR, Qcow2Layout.AUTOCLEAR_BITMAPS);
        image.putInt(EXTENSION, Qcow2Layout.EXTENSION_BITMAPS).putInt(EXTENSION + 4, 24);
        image.putInt(EXTENSION + 8, 1).putLong(EXTENSION + 16, 32);
        image.putLong(EXTENSION + 24, DIRECTORY);
        image.putLong(DIRECTORY, TABLE).putInt(DIRECTORY + 8, 1);
        image.put(DIRECTORY + 16, (byte) 1).put(DIRECTORY + 17, (byte) 16);
        image.putShort(DIRECTORY + 18, (short) 2).put(DIRECTORY + 24, "b0".getBytes(US_ASCII));
    }

    @Test
    void listsTheBitmap() throws BlockException {
        try (BlockBackend disk = open()) {
            assertThat(disk.node().driverInstance().persistentBitmaps().orElseThrow())
                    .singleElement()
                    .satisfies(bitmap -> assertThat(bitmap.name()).isEqualTo("b0"));
        }
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "508; 16; bitmaps_ext: Invalid extension length",
                "512; 0; found bitmaps extension with zero bitmaps",
                "512; 2; Less bitmaps found than specified in header extension",
                "516; 1; bitmaps_ext: Reserved field is not zero",
                "524; 8; Broken bitmap directory",
                "524; 64; More bitmaps found than specified in header extension",
                "532; 512; bitmaps_ext: invalid bitmap directory offset",
                "532; 0x640000; Bitmap '' doesn't satisfy the constraints",
                "1048584; 2; Could not read bitmap 'b0' from image: Invalid argument",
                "1114116; 2; Could not read bitmap_table table from image for bitmap 'b0': Invalid"
                        + " argument",
                "1114116; 512; Could not read bitmap_table table from image for bitmap 'b0':"
                        + " Invalid argument",
            })
    void refusesADamagedBitmap(int offset, String value, String message) {
        image.putInt(offset, Integer.decode(value));

        assertThatThrownBy(this::open).hasMessage(message);
    }

    @Test
    void passesOverWhatABitmapInUseHolds() throws BlockException {
        image.putInt(DIRECTORY + 12, IN_USE).putLong(TABLE, 2);

        open().close();
    }

    @Test
    void warnsOfBitmapsThatOthersLeftBehind() throws BlockException {
        image.putLong(AUTOCLEAR, 0).putInt(EXTENSION + 8, 0);

        open().close();

        assertThat(warnings)
                .singleElement()
                .asString()
                .startsWith("warning: a program lacking bitmap support modified this file");
    }

    private BlockBackend open() throws BlockException {
        graph.host().put("disk", new MemoryStorage(image.array()));
        return graph.open("qcow2", "disk");
    }
}
