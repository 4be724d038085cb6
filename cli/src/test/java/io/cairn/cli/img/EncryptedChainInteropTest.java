package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Has chains of images, some encrypted and each by a passphrase of its own, committed, rebased and
/// converted by the reference program and by ours; the reference program reads what ours has left.
@EnabledIf("io.cairn.cli.img.Peer#isInstalled")
class EncryptedChainInteropTest {
    private static final int LENGTH = 1 << 20;

    private static final List<String> SECRETS =
            List.of(
                    "--object=secret,id=base,data=first",
                    "--object=secret,id=top,data=second",
                    "--object=secret,id=other,data=third");

    /// How the image of a chain is stored.
    enum Kind {
        PLAIN("qcow2", "", ""),
        LUKS("qcow2", "encrypt.format=luks,encrypt.iter-time=10", "encrypt."),
        AES("qcow2", "encrypt.format=aes", "encrypt."),
        VOLUME("luks", "iter-time=10", "");

        final String format;
        private final String creation;
        private final String prefix;

        Kind(String format, String creation, String prefix) {
            this.format = format;
            this.creation = creation;
            this.prefix = prefix;
        }

        /// Creation options, with the secret that is named as the image.
        String creation(String name) {
            return this == PLAIN ? "" : creation + "," + prefix + "key-secret=" + name;
        }

        /// Node options behind a prefix: of the image `NAME.img`, which may be a working copy.
        String node(String before, String file, String name) {
            String text = before + "driver=" + format + "," + before + "file.filename=" + file;
            if (prefix.startsWith("encrypt")) {
                text += "," + before + "encrypt.format=" + (this == AES ? "aes" : "luks");
            }
            return this == PLAIN ? text : text + "," + before + prefix + "key-secret=" + name;
        }

        /// The same as a name that can be a backing file's.
        String json(String file, String name) {
            StringBuilder text = new StringBuilder("json:{");
            for (String option : node("", file, name).split(",", -1)) {
                text.append('"').append(option.replace("=", "\":\"")).append("\",");
            }
            text.setCharAt(text.length() - 1, '}');
            return text.toString();
        }
    }

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource({
        "PLAIN, LUKS, PLAIN",
        "LUKS, PLAIN, LUKS",
        "VOLUME, LUKS, AES",
        "AES, LUKS, VOLUME"
    })
    void mixedChainsKeepTheirContent(Kind base, Kind top, Kind other) throws Exception {
        Peer peer = new Peer(folder);
        Path start = Files.createDirectories(folder.resolve("start"));
        String below = base.node("", start + "/base.img", "base");
        make(start, base, "base", "", "write -P 1 0 1M");
        make(start, other, "other", "", "write -P 2 0 512k");
        make(start, top, "top", below, "write -P 3 256k 128k", "write -z 640k 64k");
        peer.adopt(start);
        byte[] merged = new byte[LENGTH];
        Arrays.fill(merged, (byte) 1);
        Arrays.fill(merged, 256 << 10, 384 << 10, (byte) 3);
        Arrays.fill(merged, 640 << 10, 704 << 10, (byte) 0);
        String overlay = top.node("", "@w-top.img", "top");
        String chain = overlay + "," + base.node("backing.", "@w-base.img", "base");

        both(peer, "convert", "--image-opts", chain, "-O", "raw", "@out.raw");
        assertThat(Files.readAllBytes(folder.resolve("b/out.raw"))).isEqualTo(merged);

        both(peer, "commit", "--image-opts", chain);
        assertThat(content(base.node("", "@w-base.img", "base"))).isEqualTo(merged);

        both(
                peer,
                "rebase",
                "--image-opts",
                "-b",
                other.json("@other.img", "other"),
                "-F",
                other.format,
                chain);
        String rebased = overlay + "," + other.node("backing.", "@other.img", "other");
        assertThat(content(rebased)).isEqualTo(merged);

        both(peer, "rebase", "--image-opts", "-b", "", chain);
        assertThat(content(overlay)).isEqualTo(merged);

        String target = other.node("", "@w-other.img", "other");
        both(peer, "convert", "-n", "--image-opts", chain, "--target-image-opts", target);
        assertThat(content(target)).isEqualTo(merged);
    }

    /// Makes an image by ours and has the reference program write to it.
    ///
    /// @param below options of the image below, empty if there is none
    private static void make(Path start, Kind kind, String name, String below, String... writes)
            throws Exception {
        String file = start.resolve(name + ".img").toString();
        List<String> create = new ArrayList<>(List.of("create", "-q"));
        create.addAll(SECRETS);
        create.addAll(List.of("-f", kind.format));
        if (kind != Kind.PLAIN) {
            create.addAll(List.of("-o", kind.creation(name)));
        }
        if (!below.isEmpty()) {
            create.addAll(List.of("-u", "-b", "base.img", "-F", "raw"));
        }
        create.addAll(List.of(file, Integer.toString(LENGTH)));
        Peer.Outcome created = new Peer(start.resolveSibling("make")).ours(create);
        assertThat(created.status()).as(created.err()).isZero();
        List<String> write = new ArrayList<>(List.of("qemu-io"));
        write.addAll(SECRETS);
        for (String command : writes) {
            write.addAll(List.of("-c", command));
        }
        String options = kind.node("", file, name);
        if (!below.isEmpty()) {
            options += ",backing." + below.replace(",", ",backing.");
        }
        write.addAll(List.of("--image-opts", options));
        run(write);
    }

    /// Has both do the same to fresh copies of the chain's images.
    private static void both(Peer peer, String... words) {
        List<String> arguments = new ArrayList<>(List.of(words));
        arguments.addAll(1, SECRETS);

        Peer.Outcome ours = peer.ours(arguments);

        assertThat(ours.status()).as(ours.err()).isZero();
        assertThat(ours).isEqualTo(peer.theirs(arguments));
    }

    /// What the reference program reads of an image that ours has written.
    private byte[] content(String options) throws Exception {
        Path out = folder.resolve("content.raw");
        List<String> command = new ArrayList<>(List.of("qemu-img", "convert", "--image-opts"));
        command.addAll(SECRETS);
        command.add(options.replace("@", folder.resolve("b") + "/"));
        command.addAll(List.of("-O", "raw", out.toString()));
        run(command);
        return Files.readAllBytes(out);
    }

    private static void run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + "\n" + text).isZero();
    }
}
