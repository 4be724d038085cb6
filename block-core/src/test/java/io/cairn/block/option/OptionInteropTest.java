package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/// Help, checks and the line of `create` against those of qemu-img, for some of qcow2's options.
@Tag("qemu-img")
class OptionInteropTest {
    private static final OptionList LIST = ExampleOptions.SCHEMA.list();
    private static final List<String> VALUES =
            List.of(
                    "on", "off", "yes", "n", "Y", "4k", "16", "0x10", "08", "-1", "64 ", "x", "",
                    "1.5M");

    private static final List<String> NAMES =
            List.of(
                    "cluster_size",
                    "compat",
                    "lazy_refcounts",
                    "refcount_bits",
                    "preallocation",
                    "id",
                    "foo");

    @TempDir Path directory;

    @BeforeAll
    static void findPeer() {
        PeerTool.assumeInstalled("qemu-img");
    }

    @Test
    void helpLinesAreThePeers() {
        List<String> theirs =
                PeerTool.run("qemu-img", "create", "-f", "qcow2", "-o", "help")
                        .out()
                        .lines()
                        .toList();

        assertThat(theirs).containsSubsequence(LIST.help().lines().toList());
    }

    @Test
    void optionsAreCheckedAndShownAsThePeerDoes() {
        String image = directory.resolve("a.qcow2").toString();
        long seed = Long.getLong("cairn.seed", 20_261_122L);
        Random random = new Random(seed);
        int tries = PeerTool.tries(60, 2000);
        for (int i = 0; i < tries; i++) {
            String text = text(random);
            PeerTool peer =
                    PeerTool.run(
                            "qemu-img", "create", "-u", "-f", "qcow2", "-o", text, image, "1M");
            String theirs =
                    peer.out().startsWith("Formatting")
                            ? shownByPeer(peer.out().strip())
                            : peer.err().replace("qemu-img: " + image + ": ", "");

            assertThat(shown(text)).as("seed %d: %s", seed, text).isEqualTo(theirs);
        }
    }

    private static String text(Random random) {
        return random.ints(1 + random.nextInt(3), 0, NAMES.size())
                .mapToObj(n -> NAMES.get(n) + value(random))
                .collect(Collectors.joining(","));
    }

    private static String value(Random random) {
        return random.nextInt(8) == 0 ? "" : "=" + VALUES.get(random.nextInt(VALUES.size()));
    }

    /// The peer's line without the name and the options that are not in our example.
    private static String shownByPeer(String line) {
        return line.substring(line.indexOf("fmt=qcow2 ") + "fmt=qcow2 ".length())
                .replace("extended_l2=off ", "")
                .replace("compression_type=zlib ", "");
    }

    private static String shown(String text) {
        try {
            return LIST.describe(LIST.parse(text).put("size", 1 << 20));
        } catch (InvalidOptionException e) {
            return e.getMessage() + e.hint().map(hint -> "\n" + hint).orElse("");
        }
    }
}
