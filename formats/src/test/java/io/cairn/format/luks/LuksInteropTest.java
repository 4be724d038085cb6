package io.cairn.format.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.PeerPrograms;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Volumes go both ways between us and qemu-img, and from cryptsetup to us, over the combinations
/// of ciphers, modes, vectors and hashes that the peers know.
class LuksInteropTest {
    private static final boolean FULL = "full".equals(System.getProperty("cairn.effort"));
    private static final long SEED = Long.getLong("cairn.seed", 20_261_122L);
    private static final int LENGTH = 128 << 10;
    private static final String SECRET = "--object=secret,id=s,data=abc";

    @TempDir private Path folder;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FormatDrivers());

    @BeforeEach
    void addSecret() throws Exception {
        graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
    }

    @AfterEach
    void close() {
        graph.close();
    }

    /// All that the peer makes volumes of; a seeded few unless the effort is full.
    static Stream<String> combinations() {
        List<String> all = new ArrayList<>();
        String[] hashes = {"sha1", "sha224", "sha256", "sha384", "sha512", "ripemd160"};
        int next = 0;
        // The peer cannot make key material of ciphers whose keys are not of 128 or 256 bits, but
        // for XTS, which doubles them.
        for (String cipher :
                List.of(
                        "aes-128",
                        "aes-192",
                        "aes-256",
                        "cast5-128",
                        "serpent-128",
                        "serpent-192",
                        "serpent-256",
                        "twofish-128",
                        "twofish-192",
                        "twofish-256")) {
            boolean isOdd = cipher.endsWith("192");
            for (String mode : List.of("ecb", "cbc", "xts", "ctr")) {
                for (String iv : List.of("plain", "plain64", "essiv")) {
                    boolean isCast = cipher.startsWith("cast5");
                    if (isCast && (mode.equals("xts") || iv.equals("essiv"))
                            || isOdd && !mode.equals("xts")) {
                        continue;
                    }
                    all.add(
                            "cipher-alg="
                                    + cipher
                                    + ",cipher-mode="
                                    + mode
                                    + ",ivgen-alg="
                                    + iv
                                    + (iv.equals("essiv") ? ",ivgen-hash-alg=sha256" : "")
                                    + ",hash-alg="
                                    + hashes[next++ % hashes.length]);
                }
            }
        }
        if (!FULL) {
            System.out.println("LuksInteropTest: -Dcairn.seed=" + SEED);
            Collections.shuffle(all, new Random(SEED));
            return all.stream().limit(3);
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void thePeerReadsWhatWeWrote(String creation) throws Exception {
        PeerPrograms.require("qemu-img");
        Options options =
                Keyval.parseOpts(creation + ",iter-time=1,key-secret=s", null).toOptions();
        graph.create("luks", "disk", options.put("size", Integer.toString(LENGTH)));
        byte[] data = new byte[LENGTH];
        new Random(SEED).nextBytes(data);
        try (BlockBackend disk = open()) {
            disk.write(0, ByteBuffer.allocateDirect(LENGTH).put(0, data), WriteFlags.NONE);
        }
        Path image = folder.resolve("ours.luks");
        Files.write(image, host.get("disk").content());

        Path raw = folder.resolve("theirs.raw");
        run(
                "qemu-img",
                "convert",
                SECRET,
                "--image-opts",
                "driver=luks,key-secret=s,file.filename=" + image,
                "-O",
                "raw",
                raw.toString());

        assertThat(Files.readAllBytes(raw)).isEqualTo(data);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void weReadWhatThePeerWrote(String creation) throws Exception {
        PeerPrograms.require("qemu-img");
        byte[] data = new byte[LENGTH];
        new Random(SEED + 1).nextBytes(data);
        Path raw = folder.resolve("data.raw");
        Files.write(raw, data);
        Path image = folder.resolve("theirs.luks");
        run(
                "qemu-img",
                "convert",
                SECRET,
                "-f",
                "raw",
                "-O",
                "luks",
                "-o",
                creation + ",iter-time=1,key-secret=s",
                raw.toString(),
                image.toString());

        host.put("disk", new MemoryStorage(Files.readAllBytes(image)));

        try (BlockBackend disk = open()) {
            ByteBuffer read = ByteBuffer.allocateDirect(LENGTH);
            disk.read(0, read);
            byte[] bytes = new byte[LENGTH];
            read.get(0, bytes);
            assertThat(bytes).isEqualTo(data);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "aes-xts-plain64,512,sha256",
        "aes-cbc-essiv:sha256,256,sha1",
        "aes-xts-plain64,256,ripemd160",
        "aes-xts-plain64,512,whirlpool",
        "serpent-xts-plain64,512,sha512",
        "twofish-cbc-plain64,192,sha256"
    })
    void weOpenWhatCryptsetupMade(String cipher, String keyBits, String hash) throws Exception {
        PeerPrograms.require("cryptsetup");
        Path image = folder.resolve("volume");
        Path key = Files.writeString(folder.resolve("key"), "abc");
        Files.write(image, new byte[4 << 20]);
        Process format =
                start(
                        "cryptsetup",
                        "luksFormat",
                        "-q",
                        "--type=luks1",
                        "--pbkdf-force-iterations=1000",
                        "--hash=" + hash,
                        "--cipher=" + cipher,
                        "--key-size=" + keyBits,
                        "--key-file=" + key,
                        image.toString());
        String text = new String(format.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(format.waitFor() == 0, "cryptsetup has no " + cipher + " here: " + text);

        host.put("disk", new MemoryStorage(Files.readAllBytes(image)));

        try (BlockBackend disk = open()) {
            assertThat(disk.length()).isEqualTo((4 << 20) - payload(image));
        }
    }

    private static long payload(Path image) throws Exception {
        return 512L * ByteBuffer.wrap(Files.readAllBytes(image)).getInt(Luks1Layout.PAYLOAD_OFFSET);
    }

    private BlockBackend open() throws Exception {
        return graph.open("luks", "disk", new Options().put("key-secret", "s"));
    }

    private static Process start(String... command) throws Exception {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static void run(String... command) throws Exception {
        Process process = start(command);
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
    }
}
