package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.os.NativeDeflate;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Random;

/// The two ways of packing with deflate are one format.
class ZlibCompressorTest {
    private static final int CLUSTER = 65536;

    private final ZlibCompressor plain = new ZlibCompressor(null);
    private final ByteBuffer cluster = words();
    private final ByteBuffer packed = ByteBuffer.allocateDirect(CLUSTER);
    private final ByteBuffer seen = ByteBuffer.allocateDirect(CLUSTER);

    @BeforeEach
    void packPlainly() {
        assertThat(plain.compress(cluster, packed)).isPositive();
    }

    private static ZlibCompressor fast() {
        NativeDeflate engine = NativeDeflate.ofLevel(6);
        assumeThat(engine).as("libdeflate is not installed").isNotNull();
        return new ZlibCompressor(engine);
    }

    @Test
    void theJdkUnpacksWhatItPacked() throws BlockException {
        plain.decompress(packed, seen);

        assertThat(seen.mismatch(cluster)).isEqualTo(-1);
    }

    @Test
    void theFastLibraryUnpacksWhatTheJdkPacked() throws BlockException {
        try (ZlibCompressor fast = fast()) {
            fast.decompress(packed, seen);
        }

        assertThat(seen.mismatch(cluster)).isEqualTo(-1);
    }

    @Test
    void theJdkUnpacksWhatTheFastLibraryPacked() throws BlockException {
        ByteBuffer other = ByteBuffer.allocateDirect(CLUSTER);
        try (ZlibCompressor fast = fast()) {
            int length = fast.compress(cluster, other);

            plain.decompress(other.slice(0, length), seen);
        }

        assertThat(seen.mismatch(cluster)).isEqualTo(-1);
    }

    /// Another writer may have put more into a stream than a cluster takes.
    @Test
    void bothTakeTheStartOfALongerStream() throws BlockException {
        ByteBuffer start = ByteBuffer.allocateDirect(CLUSTER / 2);
        plain.decompress(packed, start);
        assertThat(start.mismatch(cluster)).isEqualTo(CLUSTER / 2);

        try (ZlibCompressor fast = fast()) {
            fast.decompress(packed, start.put(0, new byte[CLUSTER / 2]));
        }

        assertThat(start.mismatch(cluster)).isEqualTo(CLUSTER / 2);
    }

    @Test
    void bothReportAStreamThatGivesTooLittle() {
        ByteBuffer more = ByteBuffer.allocateDirect(2 * CLUSTER);

        assertThatThrownBy(() -> plain.decompress(packed, more))
                .isInstanceOf(CorruptImageException.class);
        try (ZlibCompressor fast = fast()) {
            assertThatThrownBy(() -> fast.decompress(packed, more))
                    .isInstanceOf(CorruptImageException.class);
        }
    }

    private static ByteBuffer words() {
        Random random = new Random(5);
        ByteBuffer words = ByteBuffer.allocateDirect(CLUSTER);
        while (words.hasRemaining()) {
            words.put((byte) (random.nextInt(8) * random.nextInt(8)));
        }
        return words.flip();
    }
}
