package io.cairn.format.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/// Headers that claim what they should not: one line says what is wrong, in little time and memory.
class LuksHostileTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_122L);
    private static final int SLOT_0 = Luks1Layout.SLOTS;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @BeforeEach
    void addSecret() throws BlockException {
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private byte[] volume(String creation) throws BlockException {
        graph.create(
                "luks",
                "disk",
                Keyval.parseOpts(creation + ",iter-time=0,key-secret=s,size=64k", null)
                        .toOptions());
        return graph.host().get("disk").content();
    }

    private void open(byte[] image) throws BlockException {
        graph.host().put("disk", new MemoryStorage(image));
        try (BlockBackend disk = graph.open("luks", "disk", new Options().put("key-secret", "s"))) {
            ByteBuffer sector = ByteBuffer.allocateDirect(512);
            disk.read(0, sector);
            disk.write(0, sector, WriteFlags.NONE);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "104|2|LUKS payload is overlapping with the header",
                "104|2147483647|Input/output error",
                "108|-1|Keyslot 0 is overlapping with the encrypted payload",
                "108|65|Keyslots 0 and 1 are overlapping in the header",
                "164|0|LUKS key iteration count is zero",
                "164|2147483647|LUKS key iteration count 2147483647 is too large",
                "208|7|Keyslot 0 state (active/disable) is corrupted",
                "212|0|Keyslot 0 iteration count is zero",
                "212|-2147483648|Keyslot 0 iteration count 2147483648 is too large",
                "248|1|Keyslot 0 is overlapping with the LUKS header",
                "248|-1|Keyslot 0 is overlapping with the encrypted payload",
                "252|-1|Keyslot 0 is corrupted (stripes -1 != 4000)"
            })
    void aFieldOutOfRangeIsNamed(int offset, int value, String message) throws Exception {
        byte[] image = volume("version=1");

        ByteBuffer.wrap(image).putInt(offset, value);

        assertThatThrownBy(() -> open(image))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aHeaderThatIsCutShortIsRefused() throws Exception {
        byte[] image = volume("version=1");
        for (int length : new int[] {0, 5, 6, 8, 100, 512, 1024, 4096, 262_144, 2_068_480 - 512}) {
            assertThatThrownBy(() -> open(Arrays.copyOf(image, length)))
                    .as("%d bytes", length)
                    .isInstanceOf(BlockException.class);
        }
    }

    @Test
    void aPassphraseIsText() throws Exception {
        byte[] image = volume("version=1");
        graph.graph().objects().remove("s");
        graph.graph()
                .objects()
                .add("secret", "s", new Options().put("data", "gICA").put("format", "base64"));

        assertThatThrownBy(() -> open(image))
                .hasMessageContaining("Data from secret s is not valid UTF-8");
    }

    @Test
    void aWrongPassphraseAndADamagedSlotOpenNothing() throws Exception {
        byte[] image = volume("version=1");
        image[4096 + 100_000]++;

        assertThatThrownBy(() -> open(image))
                .hasMessageContaining("Invalid password, cannot unlock any keyslot");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"memory\":64|\"memory\":1073741824|1073741824 KiB of memory by argon2",
                "\"time\":4|\"time\":2147483647|2147483647 passes by argon2",
                "\"iterations\":1000|\"iterations\":2147483647|iteration count 2147483647",
                "\"sector_size\":512|\"sector_size\":513|'sector_size' is 513",
                "\"offset\": \"16777216\"|\"offset\": \"9223372036854775807\"|whole sectors",
                "\"type\": \"argon2id\"|\"type\": \"argon3\"|Keyslot 0 uses 'argon3'",
                "\"stripes\": 4000|\"stripes\": 2000000000|keeps its key in a way",
                "\"key_size\": 64|\"key_size\": 2000000000|has a key of 2000000000 bytes",
                "\"json_size\"|\"requirements\": {\"mandatory\": [\"online-reencrypt\"]},"
                        + " \"json_size\"|require 'online-reencrypt'",
                "\"iv_tweak\"|\"integrity\": {}, \"iv_tweak\"|integrity protection are not"
                        + " supported"
            })
    void metadataOutOfRangeAreNamed(String from, String to, String message) throws Exception {
        byte[] image = volume("version=2,pbkdf-memory=64");

        replace(image, from.replace(": ", ":"), to.replace(": ", ":"));

        assertThatThrownBy(() -> open(image))
                .isInstanceOf(BlockException.class)
                .hasMessageContaining(message);
    }

    /// Changes the text of the metadata in both copies and makes their checksums right again.
    private static void replace(byte[] image, String from, String to) throws BlockException {
        for (int offset : new int[] {0, Luks2Binary.MIN_HEADER}) {
            int start = offset + Luks2Binary.LENGTH;
            int end = start;
            while (image[end] != 0) {
                end++;
            }
            JsonObject json =
                    Json.parseObject(new String(image, start, end - start, StandardCharsets.UTF_8));
            String old = Json.print(json).replace(": ", ":");
            assertThat(old).contains(from);
            byte[] text = old.replace(from, to).getBytes(StandardCharsets.UTF_8);
            Arrays.fill(image, start, offset + Luks2Binary.MIN_HEADER, (byte) 0);
            System.arraycopy(text, 0, image, start, text.length);
            byte[] copy = Arrays.copyOfRange(image, offset, offset + Luks2Binary.MIN_HEADER);
            Arrays.fill(copy, 448, 512, (byte) 0);
            byte[] sum = HashAlgorithm.SHA256.digest().digest(copy);
            System.arraycopy(sum, 0, image, offset + 448, sum.length);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Luks2Binary.MIN_HEADER})
    void aDamagedCopyIsMadeGoodByTheOther(int damaged) throws Exception {
        byte[] image = volume("version=2,pbkdf-memory=64");
        Arrays.fill(image, damaged, damaged + 8192, (byte) 0x55);

        open(image);

        byte[] repaired = graph.host().get("disk").content();
        byte[] other = repaired.clone();
        int sound = Luks2Binary.MIN_HEADER - damaged;
        Arrays.fill(other, sound, sound + Luks2Binary.MIN_HEADER, (byte) 0);
        open(other);
    }

    /// Whatever bytes of the header are changed: it opens, or one failure of ours says why not.
    @ParameterizedTest
    @ValueSource(strings = {"version=1", "version=2,pbkdf-memory=64"})
    void damagedHeadersAreRefusedOrOpened(String creation) throws Exception {
        System.out.println("LuksHostileTest: -Dcairn.seed=" + SEED);
        byte[] image = volume(creation);
        Random random = new Random(SEED);
        int refused = 0;
        for (int i = 0; i < 60; i++) {
            byte[] damaged = image.clone();
            int limit = i % 2 == 0 ? SLOT_0 + 3 * Luks1Layout.SLOT_LENGTH : 6000;
            for (int n = 1 + random.nextInt(3); n > 0; n--) {
                int at = random.nextInt(limit);
                // Iterations stay small, so that the run does.
                boolean isCount = at >= 164 && at < 167 || at >= 212 && at < 215;
                damaged[at] = isCount ? damaged[at] : (byte) random.nextInt(256);
            }
            try {
                open(damaged);
            } catch (BlockException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n");
            }
        }
        // Of version 2 the other copy is left.
        if (creation.equals("version=1")) {
            assertThat(refused).isPositive();
        } else {
            assertThat(refused).isZero();
        }
    }
}
