package io.cairn.format.luks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.Amendment;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Json;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.PeerPrograms;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Headers and keys go both ways between us and cryptsetup; the data, which it gives nobody without
/// the kernel's help, go to qemu-img in a volume of version 1 with the same key.
class Luks2InteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_127L);
    private static final int LENGTH = 256 << 10;
    private static final String FORMAT = "cryptsetup luksFormat -q --type=";

    @TempDir private Path folder;
    private Path image;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FormatDrivers());

    @BeforeEach
    void addSecrets() throws Exception {
        PeerPrograms.require("cryptsetup");
        image = folder.resolve("volume");
        for (String secret : List.of("abc", "new", "odd")) {
            graph.graph().objects().add("secret", secret, new Options().put("data", secret));
            Files.writeString(folder.resolve(secret), secret);
        }
    }

    @AfterEach
    void close() {
        graph.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--pbkdf=pbkdf2 --pbkdf-force-iterations=1000 --hash=sha512",
                "--pbkdf=argon2id --pbkdf-force-iterations=4 --pbkdf-memory=64"
                        + " --pbkdf-parallel=2 --sector-size=4096",
                "--pbkdf=argon2i --pbkdf-force-iterations=4 --pbkdf-memory=64 --sector-size=1024"
                        + " --cipher=aes-cbc-essiv:sha256 --key-size=256",
                "--pbkdf=pbkdf2 --pbkdf-force-iterations=1000 --luks2-metadata-size=64k"
                        + " --luks2-keyslots-size=1m --label=l --subsystem=s",
                "--pbkdf=pbkdf2 --pbkdf-force-iterations=1000 --offset=40960"
                        + " --cipher=serpent-xts-plain64"
            })
    void weOpenAndChangeWhatCryptsetupMade(String options) throws Exception {
        Files.write(image, new byte[24 << 20]);
        Outcome made = run(FORMAT + "luks2 " + options + " VOLUME ABC");
        assumeTrue(made.status() == 0, "cryptsetup cannot do this here: " + made.text());
        Path token = Files.writeString(folder.resolve("token"), TOKEN);
        requireGood("cryptsetup token import --json-file " + token + " VOLUME");
        String before = dump();

        take();
        open("abc").close();
        assertThatThrownBy(() -> open("odd")).hasMessageContaining("Invalid password");
        assertThat(host.get("disk").content()).isEqualTo(Files.readAllBytes(image));
        amend("abc", "state=active,new-secret=new,iter-time=0");
        give();

        assertThat(opens("abc")).isTrue();
        assertThat(opens("new")).isTrue();
        assertThat(opens("odd")).isFalse();
        String kept = requireGood("cryptsetup token export --token-id 0 VOLUME");
        assertThat(Json.print(Json.parseObject(kept)))
                .isEqualTo(Json.print(Json.parseObject(TOKEN)));
        // But for the epoch and the new slot, all is as it was.
        assertThat(dump().lines())
                .containsAll(before.lines().filter(l -> !l.contains("Epoch")).toList());

        requireGood("cryptsetup luksKillSlot -q VOLUME 0 --key-file NEW");
        take();
        open("new").close();
        assertThatThrownBy(() -> open("abc")).hasMessageContaining("Invalid password");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pbkdf=pbkdf2,hash-alg=sha1",
                "pbkdf=argon2i,pbkdf-memory=64,sector-size=4096",
                "pbkdf=argon2id,pbkdf-memory=64,cipher-alg=aes-128,cipher-mode=cbc,ivgen-alg=essiv,"
                        + "ivgen-hash-alg=sha256"
            })
    void cryptsetupOpensAndChangesWhatWeMade(String creation) throws Exception {
        create("version=2," + creation);
        give();
        requireGood("cryptsetup isLuks --type luks2 VOLUME");
        assertThat(dump()).contains("offset: 16777216 [bytes]");
        assertThat(opens("abc")).isTrue();
        assertThat(opens("odd")).isFalse();

        requireGood(
                "cryptsetup luksAddKey -q --pbkdf=pbkdf2 --pbkdf-force-iterations=1000 --key-file"
                        + " ABC VOLUME NEW");
        take();
        open("new").close();
        amend("new", "state=inactive,old-secret=abc");
        give();

        assertThat(opens("new")).isTrue();
        assertThat(opens("abc")).isFalse();
        dump();
    }

    @Test
    void cryptsetupOpensAndChangesVersion1ThatWeMade() throws Exception {
        create("version=1");
        give();
        assertThat(opens("abc")).isTrue();

        requireGood(
                "cryptsetup luksAddKey -q --pbkdf-force-iterations=1000 --key-file ABC VOLUME NEW");
        take();
        amend("new", "state=inactive,keyslot=0");
        amend("new", "state=active,keyslot=5,new-secret=odd,iter-time=0");
        give();

        assertThat(opens("abc")).isFalse();
        assertThat(opens("new")).isTrue();
        assertThat(opens("odd")).isTrue();
        assertThat(dump()).contains("Key Slot 5: ENABLED").contains("Key Slot 0: DISABLED");
    }

    @Test
    void dataAreWhereThePeersLookForThem() throws Exception {
        PeerPrograms.require("qemu-img");
        create("version=2,pbkdf=pbkdf2");
        byte[] data = new byte[LENGTH];
        new Random(SEED).nextBytes(data);
        try (BlockBackend disk = open("abc")) {
            disk.write(0, ByteBuffer.allocateDirect(LENGTH).put(0, data), WriteFlags.NONE);
        }
        give();
        Path key = folder.resolve("volume-key");
        requireGood(
                "cryptsetup luksDump -q --dump-volume-key --key-file ABC --volume-key-file "
                        + key
                        + " VOLUME");
        byte[] payload = Files.readAllBytes(image);
        payload = Arrays.copyOfRange(payload, payload.length - LENGTH, payload.length);

        Files.write(image, new byte[4 << 20]);
        requireGood(
                FORMAT
                        + "luks1 --pbkdf-force-iterations=1000 --key-size=512 --volume-key-file "
                        + key
                        + " VOLUME ABC");
        byte[] first = Files.readAllBytes(image);
        int offset = 512 * ByteBuffer.wrap(first).getInt(Luks1Layout.PAYLOAD_OFFSET);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(first, 0, offset);
        joined.write(payload);
        Files.write(image, joined.toByteArray());
        Path raw = folder.resolve("raw");
        requireGood(
                "qemu-img convert --object=secret,id=s,data=abc --image-opts"
                        + " driver=luks,key-secret=s,file.filename=VOLUME -O raw "
                        + raw);

        assertThat(Files.readAllBytes(raw)).isEqualTo(data);
    }

    @Test
    void reencryptionInProgressIsRefusedByName() throws Exception {
        Files.write(image, new byte[24 << 20]);
        requireGood(FORMAT + "luks2 --pbkdf=pbkdf2 --pbkdf-force-iterations=1000 VOLUME ABC");
        Outcome begun =
                run(
                        "cryptsetup reencrypt -q --init-only --pbkdf=pbkdf2"
                                + " --pbkdf-force-iterations=1000 --key-file ABC VOLUME");
        assumeTrue(begun.status() == 0, "cryptsetup cannot do this here: " + begun.text());

        take();

        assertThatThrownBy(() -> open("abc"))
                .hasMessageContaining(
                        "LUKS2 volumes that require 'online-reencrypt-v2' are not supported");
    }

    private static final String TOKEN = "{\"type\":\"mine\",\"keyslots\":[\"0\"],\"note\":\"x\"}";

    private void create(String options) throws BlockException {
        graph.create(
                "luks",
                "disk",
                Keyval.parseOpts(options + ",iter-time=0,key-secret=abc,size=" + LENGTH, null)
                        .toOptions());
    }

    /// What cryptsetup has is now ours.
    private void take() throws Exception {
        host.put("disk", new MemoryStorage(Files.readAllBytes(image)));
    }

    /// What we have is now cryptsetup's.
    private void give() throws Exception {
        Files.write(image, host.get("disk").content());
    }

    private BlockBackend open(String secret) throws BlockException {
        return graph.open("luks", "disk", new Options().put("key-secret", secret));
    }

    private void amend(String secret, String options) throws BlockException {
        try (BlockBackend disk = open(secret);
                Amendment amendment = Amendment.begin(graph.graph(), disk.node())) {
            amendment.amend(Keyval.parseOpts(options, null).toOptions(), false);
        }
    }

    private boolean opens(String secret) throws Exception {
        String key = folder.resolve(secret).toString();
        return run("cryptsetup open --test-passphrase --key-file " + key + " VOLUME").status() == 0;
    }

    private String dump() throws Exception {
        return requireGood("cryptsetup luksDump VOLUME");
    }

    private String requireGood(String command) throws Exception {
        Outcome outcome = run(command);
        assertThat(outcome.status()).as(command + "\n" + outcome.text()).isZero();
        return outcome.text();
    }

    private record Outcome(String text, int status) {}

    /// Runs a command of words, of which VOLUME is the image and ABC and NEW are passphrases'
    /// files.
    private Outcome run(String command) throws Exception {
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ", -1)) {
            words.add(
                    switch (word) {
                        case "ABC", "NEW" ->
                                folder.resolve(word.equals("ABC") ? "abc" : "new").toString();
                        default -> word.replace("VOLUME", image.toString());
                    });
        }
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Outcome(text, process.waitFor());
    }
}
