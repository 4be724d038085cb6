package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// By which names images of a chain are found, and by which they are shown, here and by the
/// reference program.
@EnabledIf("io.cairn.cli.img.Peer#isInstalled")
class ImageNameInteropTest {
    private static final String SECRET = "--object=secret,id=s,data=abc";

    @TempDir private Path folder;

    private Peer peer;

    @BeforeEach
    void makeChain() throws Exception {
        Path start = Files.createDirectories(folder.resolve("start"));
        Peer maker = new Peer(folder.resolve("maker"));
        make(maker, "@base.img", "1M");
        make(maker, "-b", "base.img", "-F", "qcow2", "@mid.img");
        make(maker, "-b", "./mid.img", "-F", "qcow2", "@top.img");
        make(
                maker,
                SECRET,
                "-o",
                "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10",
                "@luks.img",
                "1M");
        make(maker, "-b", "luks.img", "-F", "qcow2", "@above.img");
        for (String name : List.of("base", "mid", "top", "luks", "above")) {
            String file = name + ".img";
            Files.move(folder.resolve("maker/b").resolve(file), start.resolve(file));
        }
        Files.createSymbolicLink(start.resolve("link.img"), Path.of("mid.img"));
        peer = new Peer(folder);
        peer.adopt(start);
    }

    private static void make(Peer maker, String... words) {
        List<String> create = new ArrayList<>(List.of("create", "-q", "-f", "qcow2"));
        create.addAll(List.of(words));
        Peer.Outcome outcome = maker.ours(create);
        assertThat(outcome.status()).as(outcome.err()).isZero();
    }

    /// A relative name is looked for beside each overlay, not in the working directory.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "mid.img",
                "./mid.img",
                "link.img",
                "base.img",
                "@mid.img",
                "@./base.img",
                "@link.img",
                "file:mid.img",
                "file:@mid.img",
                "top.img",
                "nosuch.img",
                "@nosuch.img",
                "json:{}",
                ""
            })
    void findsTheBaseOfACommit(String name) {
        List<String> commit = List.of("commit", "-d", "-b", name, "@w-top.img");

        assertThat(peer.ours(commit)).isEqualTo(peer.theirs(commit));
    }

    /// A secret is needed to open the same image again, and so belongs to its name.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "driver=qcow2,file.filename=@luks.img,encrypt.key-secret=s",
                "driver=qcow2,file.filename=@luks.img,encrypt.format=luks,encrypt.key-secret=s",
                "driver=qcow2,file.filename=@luks.img,encrypt.format=luks",
                "driver=qcow2,file.filename=@base.img,encrypt.key-secret=s",
                "driver=qcow2,file.filename=@above.img"
            })
    void showsWhatOpensAnEncryptedImage(String options) {
        for (String form : List.of("human", "json")) {
            List<String> info = List.of("info", "--output", form, SECRET, "--image-opts", options);

            assertThat(sizeless(peer.ours(info))).isEqualTo(sizeless(peer.theirs(info)));
        }
    }

    private static Peer.Outcome sizeless(Peer.Outcome outcome) {
        return new Peer.Outcome(
                outcome.out().replaceAll("disk size: .*|\"actual-size\": \\d+", ""),
                outcome.err(),
                outcome.status());
    }
}
