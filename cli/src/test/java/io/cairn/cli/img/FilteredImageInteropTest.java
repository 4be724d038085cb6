package io.cairn.cli.img;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.cli.img.Peer.Outcome;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/// Has images that stand below filters written, committed and rebased by the reference program and
/// by ours: texts, exit statuses, content, and what each layer holds are the same.
@EnabledIf("io.cairn.cli.img.Peer#isInstalled")
class FilteredImageInteropTest {
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final int LINES = "full".equals(System.getProperty("cairn.effort")) ? 1000 : 20;

    /// The options of a node over an image, for the options of which `I` stands.
    private static final List<String> FILTERS =
            List.of(
                    "driver=throttle,throttle-group=g,file.I",
                    "driver=copy-on-read,file.I",
                    "driver=blkdebug,image.I",
                    "driver=blklogwrites,log.driver=raw,log.file.filename=@w-aux.raw,file.I",
                    "driver=copy-before-write,target.driver=raw,target.file.driver=file,"
                            + "target.file.filename=@w-aux.raw,file.I",
                    "driver=preallocate,file.I",
                    "driver=compress,file.I",
                    "driver=raw,file.I",
                    "driver=raw,size=1048576,file.I",
                    "driver=quorum,vote-threshold=1,children.0.I",
                    "driver=throttle,throttle-group=g,file.driver=copy-on-read,file.file.I",
                    "driver=copy-on-read,file.driver=throttle,file.throttle-group=g,file.file.I",
                    "driver=throttle,throttle-group=g,file.driver=blkdebug,file.image.I");

    private static final List<String> COMMANDS =
            List.of(
                    "commit --image-opts top",
                    "commit -d --image-opts top",
                    "commit --image-opts -b @w-base.qcow2 top",
                    "rebase -u -b @other.qcow2 -F qcow2 --image-opts top",
                    "rebase -u -b other.qcow2 --image-opts top",
                    "rebase -u -b  --image-opts top",
                    "rebase -b @other.qcow2 -F qcow2 --image-opts top",
                    "rebase -b @w-base.qcow2 -F qcow2 --image-opts top",
                    "rebase -b  --image-opts top",
                    "convert -n --target-image-opts @src.raw empty",
                    "convert -c -n --target-image-opts @src.raw empty");

    @TempDir static Path folder;
    private static Peer peer;

    @BeforeAll
    static void makeImages() throws IOException {
        Path made = Files.createDirectories(folder.resolve("made"));
        for (String line :
                List.of(
                        "qemu-img create -q -f raw src.raw 1M",
                        "qemu-io -f raw -c 'write -P 7 0 300k' -c 'write -P 8 900k 100k' src.raw",
                        "qemu-img create -q -f raw aux.raw 4M",
                        "qemu-img create -q -f qcow2 empty.qcow2 1M",
                        "qemu-img create -q -f qcow2 w-base.qcow2 1M",
                        "qemu-io -f qcow2 -c 'write -P 1 0 512k' w-base.qcow2",
                        "qemu-img create -q -f qcow2 -b w-base.qcow2 -F qcow2 w-mid.qcow2",
                        "qemu-io -f qcow2 -c 'write -P 2 64k 64k' w-mid.qcow2",
                        "qemu-img create -q -f qcow2 -b w-mid.qcow2 -F qcow2 top.qcow2",
                        "qemu-io -f qcow2 -c 'write -P 3 128k 64k' -c 'write -P 4 768k 4k'"
                                + " top.qcow2",
                        "mv w-base.qcow2 base.qcow2",
                        "mv w-mid.qcow2 mid.qcow2",
                        "qemu-img create -q -f qcow2 other.qcow2 1M",
                        "qemu-io -f qcow2 -c 'write -P 9 0 128k' other.qcow2")) {
            PeerImages.shell(made, line);
        }
        peer = new Peer(folder);
        peer.adopt(made);
    }

    @BeforeEach
    void renewImages() {
        for (String name : List.of("base", "mid", "top", "empty")) {
            peer.renew(name + ".qcow2");
        }
    }

    static Stream<List<String>> lines() {
        List<List<String>> all = new ArrayList<>();
        for (String filter : FILTERS) {
            for (String command : COMMANDS) {
                all.add(words(filter, command));
            }
        }
        Collections.shuffle(all, new Random(SEED));
        return all.subList(0, Math.min(all.size(), LINES)).stream();
    }

    private static List<String> words(String filter, String command) {
        List<String> words = new ArrayList<>();
        for (String word : command.split(" ", -1)) {
            words.add(word.equals("top") || word.equals("empty") ? image(filter, word) : word);
        }
        words.addAll(1, List.of("--object", "throttle-group,id=g"));
        return words;
    }

    private static String image(String filter, String name) {
        int at = filter.lastIndexOf(',') + 1;
        String edge = filter.substring(at, filter.length() - 1);
        return filter.substring(0, at)
                + edge
                + "driver=qcow2,"
                + edge
                + "file.driver=file,"
                + edge
                + "file.filename=@w-"
                + name
                + ".qcow2";
    }

    @ParameterizedTest
    @MethodSource("lines")
    void imagesBelowFiltersAreTreatedAlike(List<String> words) throws IOException {
        Outcome theirs = peer.theirs(words);
        Outcome ours = peer.ours(words);

        assertThat(ours.withoutNodes()).isEqualTo(theirs.withoutNodes());
        if (isHarmed(words)) {
            return;
        }
        List<String> written =
                words.getFirst().equals("convert")
                        ? List.of("w-empty.qcow2")
                        : List.of("w-top.qcow2", "w-mid.qcow2", "w-base.qcow2");
        for (String name : written) {
            peer.requireSame("qcow2", name);
        }
    }

    /// The reference program changes what the guest sees of an image when it rebases it through a
    /// node that has no backing file, before it finds out that it cannot.
    private static boolean isHarmed(List<String> words) {
        return words.getFirst().equals("rebase") && words.getLast().startsWith("driver=raw");
    }

    @Test
    void anImageStaysAsItIsWhenRebasedThroughARawNode() throws IOException {
        String image = image("driver=raw,file.I", "top");

        Outcome ours =
                peer.ours(
                        List.of(
                                "rebase",
                                "-b",
                                "@other.qcow2",
                                "-F",
                                "qcow2",
                                "--image-opts",
                                image));

        assertThat(ours.status()).isEqualTo(1);
        assertThat(
                        peer.ours(
                                        List.of(
                                                "compare",
                                                "-f",
                                                "qcow2",
                                                "-F",
                                                "qcow2",
                                                "@top.qcow2",
                                                "@w-top.qcow2"))
                                .out())
                .isEqualTo("Images are identical.\n");
    }
}
