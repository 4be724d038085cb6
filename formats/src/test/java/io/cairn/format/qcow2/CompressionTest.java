package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.ZstdCompressCtx;

import io.cairn.block.BlockException;
import io.cairn.block.CorruptImageException;
import io.cairn.block.Errno;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.util.Random;

@ParameterizedClass
@ValueSource(ints = {Qcow2Layout.COMPRESSION_ZLIB, Qcow2Layout.COMPRESSION_ZSTD})
class CompressionTest {
    private static final int CLUSTER = 65536;

    private final Compression compression;

    CompressionTest(int type) {
        compression = Compression.of(type);
    }

    @AfterEach
    void close() {
        compression.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {512, 4096, 65536, 2 << 20})
    void givesBackWhatItPacked(int clusterSize) throws BlockException {
        ByteBuffer cluster = text(clusterSize);
        ByteBuffer packed = ByteBuffer.allocateDirect(clusterSize);

        int length = compression.compress(cluster, packed);
        ByteBuffer seen = ByteBuffer.allocateDirect(clusterSize);
        compression.decompress(packed.slice(0, length), seen);

        assertThat(length).isBetween(1, clusterSize - 1);
        assertThat(seen.mismatch(cluster)).isEqualTo(-1);
        assertThat(cluster.remaining()).isEqualTo(clusterSize);
    }

    @Test
    void passesOverWhatFollows() throws BlockException {
        ByteBuffer cluster = text(CLUSTER);
        ByteBuffer packed = noise(CLUSTER);
        int length = compression.compress(cluster, packed);
        ByteBuffer seen = ByteBuffer.allocateDirect(CLUSTER);

        compression.decompress(packed.slice(0, length + 511), seen);

        assertThat(seen.mismatch(cluster)).isEqualTo(-1);
    }

    @Test
    void refusesToPackWhatDoesNotGetSmaller() throws BlockException {
        ByteBuffer packed = ByteBuffer.allocateDirect(2 * CLUSTER);

        assertThat(compression.compress(noise(CLUSTER), packed)).isEqualTo(-1);
    }

    @Test
    void refusesToPackWhatDoesNotFit() throws BlockException {
        assertThat(compression.compress(text(CLUSTER), ByteBuffer.allocateDirect(40)))
                .isEqualTo(-1);
    }

    @Test
    void reportsTruncatedData() throws BlockException {
        ByteBuffer packed = ByteBuffer.allocateDirect(CLUSTER);
        int length = compression.compress(text(CLUSTER), packed);
        ByteBuffer seen = ByteBuffer.allocateDirect(CLUSTER);

        assertThatThrownBy(() -> compression.decompress(packed.slice(0, length / 2), seen))
                .isInstanceOfSatisfying(
                        CorruptImageException.class,
                        e -> assertThat(e.errno()).isEqualTo(Errno.EIO));
    }

    @Test
    void reportsDataThatAreNone() {
        ByteBuffer seen = ByteBuffer.allocateDirect(CLUSTER);

        assertThatThrownBy(() -> compression.decompress(noise(4096), seen))
                .isInstanceOf(CorruptImageException.class);
    }

    @Test
    void writesNothingBehindTheCluster() throws BlockException {
        ByteBuffer packed = ByteBuffer.allocateDirect(2 * CLUSTER);
        int length = compression.compress(text(2 * CLUSTER), packed);
        ByteBuffer seen = ByteBuffer.allocateDirect(2 * CLUSTER);

        try {
            compression.decompress(packed.slice(0, length), seen.slice(0, CLUSTER));
        } catch (CorruptImageException e) {
            assertThat(e.errno()).isEqualTo(Errno.EIO);
        }

        assertThat(seen.slice(CLUSTER, CLUSTER).mismatch(ByteBuffer.allocate(CLUSTER)))
                .isEqualTo(-1);
    }

    /// Damaged data may unpack to something; they never do harm.
    @Test
    void survivesDamage() throws BlockException {
        Random random = new Random(7);
        ByteBuffer sound = ByteBuffer.allocateDirect(CLUSTER);
        int length = compression.compress(text(CLUSTER), sound);
        ByteBuffer seen = ByteBuffer.allocateDirect(CLUSTER);
        for (int i = 0; i < 2000; i++) {
            ByteBuffer damaged = ByteBuffer.allocateDirect(length);
            damaged.put(0, sound, 0, length);
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                damaged.put(random.nextInt(Math.min(length, 64 + i)), (byte) random.nextInt());
            }
            try {
                compression.decompress(damaged, seen);
            } catch (CorruptImageException e) {
                assertThat(e.errno()).isEqualTo(Errno.EIO);
            }
        }
    }

    /// Another writer may end a frame early, and leave its length out.
    @Test
    void joinsFramesOfZstd() throws BlockException {
        ByteBuffer cluster = text(CLUSTER);
        ByteBuffer packed = ByteBuffer.allocateDirect(CLUSTER);
        int half = CLUSTER / 2;
        int length = 0;
        try (ZstdCompressCtx writer = new ZstdCompressCtx().setContentSize(false);
                Compression zstd = Compression.of(Qcow2Layout.COMPRESSION_ZSTD)) {
            for (int part = 0; part < 2; part++) {
                length +=
                        writer.compressDirectByteBuffer(
                                packed, length, CLUSTER - length, cluster, part * half, half);
            }
            ByteBuffer seen = ByteBuffer.allocateDirect(CLUSTER);

            zstd.decompress(packed.slice(0, length), seen);

            assertThat(seen.mismatch(cluster)).isEqualTo(-1);
        }
    }

    private static ByteBuffer text(int length) {
        Random random = new Random(length);
        ByteBuffer text = ByteBuffer.allocateDirect(length);
        while (text.hasRemaining()) {
            byte[] word = Integer.toString(random.nextInt(5000)).getBytes(UTF_8);
            text.put(word, 0, Math.min(word.length, text.remaining()));
        }
        return text.flip();
    }

    private static ByteBuffer noise(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        bytes[0] = (byte) 0xff;
        return ByteBuffer.allocateDirect(length).put(bytes).flip();
    }
}
