package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Our reading of `--blockdev` and `--image-opts` against the peers'.
@Tag("qemu-img")
class KeyvalInteropTest {
    private static final List<String> FRAGMENTS =
            List.of("a", "b", "driver", "0", "1", "x-y_z", "_x", "9z", "", "é", "?", "__org.q_x");
    private static final List<String> VALUES = List.of("", "v", "a,,b", "=", "x=y", "v,");
    private static final List<String> FLAGS =
            List.of(",", ",", "=", "a", "b", "no", "help", "?", "x.y", " ");

    @BeforeAll
    static void findPeers() {
        PeerTool.assumeInstalled("qemu-img");
        PeerTool.assumeInstalled("qemu-storage-daemon");
    }

    @Test
    void keysOfBlockdevAreRefusedAsThePeerRefusesThem() {
        long seed = Long.getLong("cairn.seed", 20_261_122L);
        Random random = new Random(seed);
        int tries = PeerTool.tries(50, 1500);
        for (int i = 0; i < tries; i++) {
            String text = "driver=null-co";
            for (int n = random.nextInt(3); n >= 0; n--) {
                text +=
                        ","
                                + key(random)
                                + (random.nextInt(9) == 0 ? "" : "=" + pick(random, VALUES));
            }
            String err = PeerTool.run("qemu-storage-daemon", "--blockdev", text).err();
            String theirs = err.lines().findFirst().orElse("");
            theirs = theirs.substring(theirs.indexOf(text + ": ") + text.length() + 2);
            boolean refused =
                    theirs.startsWith("Invalid parameter '")
                            || theirs.startsWith("Expected '='")
                            || theirs.endsWith("' missing")
                            || theirs.endsWith("used inconsistently");

            assertThat(verdict(text))
                    .as("seed %d: %s", seed, text)
                    .isEqualTo(refused ? theirs : "");
        }
    }

    @Test
    void flagsWarnAsThePeerDoes() {
        long seed = Long.getLong("cairn.seed", 20_261_122L);
        Random random = new Random(seed);
        int tries = PeerTool.tries(40, 1000);
        for (int i = 0; i < tries; i++) {
            String text = "driver=null-co,";
            for (int n = random.nextInt(8); n >= 0; n--) {
                text += pick(random, FLAGS);
            }
            String err = PeerTool.run("qemu-img", "info", "--image-opts", "--", text).err();
            List<String> theirs =
                    err.lines().filter(line -> !line.startsWith("qemu-img: Could not")).toList();

            assertThat(
                            Keyval.parseOpts(text, "file").warnings().stream()
                                    .flatMap(warning -> ("qemu-img: warning: " + warning).lines()))
                    .as("seed %d: %s", seed, text)
                    .containsExactlyElementsOf(theirs);
        }
    }

    private static String verdict(String text) {
        try {
            Keyval.parseObject(text, "driver");
            return "";
        } catch (InvalidOptionException e) {
            return Objects.requireNonNull(e.getMessage());
        }
    }

    private static String key(Random random) {
        String key = pick(random, FRAGMENTS);
        for (int n = random.nextInt(3); n > 0; n--) {
            key += "." + pick(random, FRAGMENTS);
        }
        return key;
    }

    private static String pick(Random random, List<String> list) {
        return list.get(random.nextInt(list.size()));
    }
}
