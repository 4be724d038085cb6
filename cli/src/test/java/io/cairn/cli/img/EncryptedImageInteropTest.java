package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.testimages.PeerPrograms;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;

/// Measures and resizes encrypted images beside the reference program, and shows detached headers
/// to those who can read them.
@EnabledIf("io.cairn.cli.img.Peer#isInstalled")
class EncryptedImageInteropTest {
    private static final String SECRET = "--object=secret,id=s,data=abc";
    private static final int LENGTH = 1 << 20;

    /// Where a LUKS1 header says where the payload begins, in sectors.
    private static final int PAYLOAD_OFFSET = 104;

    @TempDir private Path folder;
    private Peer peer;

    @BeforeEach
    void makePeer() throws IOException {
        peer = new Peer(folder);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "luks",
                "luks -o key-secret=gone",
                "luks -o key-secret=s",
                "luks -o key-secret=s,cipher-alg=des",
                "luks -o key-secret=odd",
                "qcow2 -o encrypt.format=luks",
                "qcow2 -o encrypt.format=luks,encrypt.key-secret=gone",
                "qcow2 -o encrypt.format=luks,encrypt.key-secret=s",
                "qcow2 -o encrypt.format=luks,encrypt.key-secret=s,encrypt.cipher-alg=des",
                "qcow2 -o encrypt.format=aes",
                "qcow2 -o encrypt.format=aes,encrypt.key-secret=gone"
            })
    void measuresWithAndWithoutSecret(String target) {
        List<String> arguments =
                List.of(
                        ("measure --size 1M "
                                        + SECRET
                                        + " --object=secret,id=odd,data=/w==,"
                                        + "format=base64 -O "
                                        + target)
                                .split(" ", -1));
        assertThat(peer.ours(arguments)).isEqualTo(peer.theirs(arguments));
    }

    /// Whatever the file held before: creation has overwritten it by the time it fails.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "1M -o key-secret=odd",
                "1M -o key-secret=s,cipher-alg=cast5-128",
                "1M -o key-secret=s,iter-time=-1",
                "1M -o key-secret=s,ivgen-alg=foo",
                "1M -o key-secret=s,foo=bar",
                "8388607T -o key-secret=s,iter-time=10",
                "1M -o key-secret=s,iter-time=10,preallocation=foo",
                "1M -o key-secret=s,iter-time=10,preallocation=metadata"
            })
    void takesAwayWhatItCouldNotCreate(String line) throws IOException {
        Path before = Files.createDirectories(folder.resolve("before"));
        Files.write(before.resolve("x"), new byte[5000]);
        peer.adopt(before);
        String secrets = SECRET + " --object=secret,id=odd,data=/w==,format=base64";
        List<String> arguments =
                List.of(("create -q -f luks " + secrets + " @x " + line).split(" ", -1));

        assertThat(withoutNumbers(peer.ours(arguments)))
                .isEqualTo(withoutNumbers(peer.theirs(arguments)));
        assertThat(lengthOf("b/x")).isEqualTo(lengthOf("a/x"));
    }

    /// The reference program says the same, but has overwritten the file by then.
    @ParameterizedTest
    @ValueSource(strings = {"1M", "1M -o key-secret=none", "1M -o key-secret=s,key-secret=t"})
    void leavesAloneWhatAMissingSecretWasMeantToOverwrite(String line) throws IOException {
        Path before = Files.createDirectories(folder.resolve("before"));
        Files.write(before.resolve("x"), new byte[5000]);
        peer.adopt(before);
        List<String> arguments =
                List.of(("create -q -f luks " + SECRET + " @x " + line).split(" ", -1));

        assertThat(peer.ours(arguments)).isEqualTo(peer.theirs(arguments));
        assertThat(lengthOf("b/x")).isEqualTo(5000);
    }

    /// Nobody has to unlock a backing file for an overlay to be put on it.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "create -f qcow2 -b b.img -F luks @o.img",
                "resize -f raw @b.img 9223372036854775296"
            })
    void needsNoSecretForWhatIsNotRead(String line) throws Exception {
        Path start = Files.createDirectories(folder.resolve("start"));
        String image = start.resolve("b.img").toString();
        ours("create", SECRET, "-f", "luks", "-o", "key-secret=s,iter-time=10", image, "1M");
        peer.adopt(start);
        List<String> arguments = List.of(line.split(" ", -1));

        assertThat(peer.ours(arguments)).isEqualTo(peer.theirs(arguments));
    }

    private long lengthOf(String name) throws IOException {
        Path file = folder.resolve(name);
        return Files.exists(file) ? Files.size(file) : -1;
    }

    /// What a machine can derive in a second is never the same.
    private static Peer.Outcome withoutNumbers(Peer.Outcome outcome) {
        String err = outcome.err().replaceAll("iterations \\d+", "iterations N");
        return new Peer.Outcome(outcome.out(), err, outcome.status());
    }

    @Test
    void resizesEncryptedImages() throws Exception {
        Path start = Files.createDirectories(folder.resolve("start"));
        String image = start.resolve("x.img").toString();
        ours(
                "create",
                SECRET,
                "-f",
                "qcow2",
                "-o",
                "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
                image,
                "1M");
        String options = "driver=qcow2,encrypt.format=luks,encrypt.key-secret=s,file.filename=";
        run("qemu-io", SECRET, "-c", "write -P 7 0 1M", "--image-opts", options + image);
        peer.adopt(start);

        for (String size : List.of("3M", "+1M", "512k", "2M")) {
            List<String> arguments =
                    List.of("resize", "--shrink", SECRET, "--image-opts", options + "@x.img", size);
            assertThat(peer.ours(arguments)).isEqualTo(peer.theirs(arguments));
        }

        Path raw = folder.resolve("raw");
        String resized = options + folder.resolve("b/x.img");
        run("qemu-img", "convert", SECRET, "--image-opts", resized, "-O", "raw", raw.toString());
        byte[] expected = new byte[2 * LENGTH];
        Arrays.fill(expected, 0, LENGTH / 2, (byte) 7);
        assertThat(Files.readAllBytes(raw)).isEqualTo(expected);
    }

    /// The reference program of this release knows no detached headers, but it opens the same
    /// header in front of the payload once that says where it begins.
    @Test
    void detachedHeaderOpensItsPayload() throws Exception {
        byte[] content = new byte[LENGTH];
        Arrays.fill(content, (byte) 9);
        Path plain = Files.write(folder.resolve("plain"), content);
        Path data = Files.write(folder.resolve("data"), new byte[LENGTH]);
        Path header = folder.resolve("header");
        String creation = "detached-header=on,key-secret=s,iter-time=10";
        ours("create", SECRET, "-f", "luks", "-o", creation, header.toString(), "0");
        String node =
                "driver=luks,header.driver=file,header.filename="
                        + header
                        + ",file.driver=file,file.filename="
                        + data;
        assertThat(ours("info", "--image-opts", node).out())
                .contains("virtual size: 1 MiB")
                .contains("payload offset: 0");
        ours(
                "convert",
                SECRET,
                "-n",
                "--image-opts",
                "--target-image-opts",
                "driver=raw,file.filename=" + plain,
                node + ",key-secret=s");

        byte[] head = Files.readAllBytes(header);
        byte[] payload = Files.readAllBytes(data);
        assertThat(payload).hasSize(LENGTH).isNotEqualTo(content);
        int sectors = (head.length + 511) / 512;
        ByteBuffer.wrap(head).putInt(PAYLOAD_OFFSET, sectors);
        Path joined = Files.write(folder.resolve("joined"), Arrays.copyOf(head, sectors * 512));
        Files.write(joined, payload, StandardOpenOption.APPEND);
        Path raw = folder.resolve("raw");
        String whole = "driver=luks,key-secret=s,file.filename=" + joined;
        run("qemu-img", "convert", SECRET, "--image-opts", whole, "-O", "raw", raw.toString());
        assertThat(Files.readAllBytes(raw)).isEqualTo(content);
    }

    @Test
    void detachedHeadersGoToCryptsetupAndBack() throws Exception {
        PeerPrograms.require("cryptsetup");
        Path key = Files.writeString(folder.resolve("key"), "abc");
        Path data = Files.write(folder.resolve("data"), new byte[LENGTH]);
        Path header = folder.resolve("header");
        String creation = "detached-header=on,key-secret=s,iter-time=10";
        ours("create", SECRET, "-f", "luks", "-o", creation, header.toString(), "0");
        run(
                "cryptsetup",
                "open",
                "--test-passphrase",
                "--header=" + header,
                "--key-file=" + key,
                data.toString());

        Path theirs = Files.write(folder.resolve("theirs"), new byte[4 << 20]);
        run(
                "cryptsetup",
                "luksFormat",
                "-q",
                "--type=luks1",
                "--pbkdf-force-iterations=1000",
                "--header=" + theirs,
                "--key-file=" + key,
                data.toString());
        String node =
                "driver=luks,key-secret=s,header.driver=file,header.filename="
                        + theirs
                        + ",file.driver=file,file.filename="
                        + data;
        assertThat(ours("map", "--output=json", SECRET, "--image-opts", node).out())
                .contains("\"start\": 0, \"length\": " + LENGTH);
    }

    /// Who has a volume open, even for nothing, keeps its keys as they are, and does not keep
    /// others from the volume.
    @Test
    void keysAreNotChangedWhileAnotherProcessHasTheVolume() throws Exception {
        PeerPrograms.require("qemu-storage-daemon");
        Path volume = folder.resolve("held.luks");
        ours(
                "create",
                "-q",
                "--object=secret,id=s,data=abc",
                "-f",
                "luks",
                "-o",
                "key-secret=s,iter-time=10",
                volume.toString(),
                "64k");
        String node = "driver=luks,key-secret=s,file.driver=file,file.filename=" + volume;
        List<String> amend =
                List.of(
                        "amend",
                        SECRET,
                        "--image-opts",
                        "-o",
                        "state=active,new-secret=s,iter-time=10",
                        node);
        Process holder =
                new ProcessBuilder(
                                "qemu-storage-daemon",
                                SECRET,
                                "--blockdev",
                                "node-name=l," + node,
                                "--chardev",
                                "stdio,id=c",
                                "--monitor",
                                "c")
                        .start();
        try {
            assertThat(holder.inputReader(StandardCharsets.UTF_8).readLine()).contains("QMP");
            Peer.Outcome refused = peer.ours(amend);
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err())
                    .startsWith(
                            "qemu-img: Failed to get shared \"consistent read\" lock\n"
                                    + "Is another process using the image ["
                                    + volume
                                    + "]?\n");
            ours("dd", SECRET, "--image-opts", "if=" + node, "of=" + folder.resolve("copy.raw"));
        } finally {
            holder.destroy();
            holder.waitFor();
        }
        assertThat(peer.ours(amend).status()).isZero();
    }

    private Peer.Outcome ours(String... arguments) {
        Peer.Outcome outcome = peer.ours(List.of(arguments));
        assertThat(outcome.status()).as(outcome.err()).isZero();
        return outcome;
    }

    private static void run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
    }
}
