package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Sizes as qemu-img and qemu-io read and show them.
@Tag("qemu-img")
class SizesInteropTest {
    private static final Pattern VIRTUAL_SIZE =
            Pattern.compile("virtual size: (.*) \\((\\d+) bytes\\)");
    private static final String SUFFIXES = "kKMGTPEBbmgtpex .";

    private final long seed = Long.getLong("cairn.seed", 20_261_122L);
    private final Random random = new Random(seed);

    @BeforeAll
    static void findPeers() {
        PeerTool.assumeInstalled("qemu-img");
        PeerTool.assumeInstalled("qemu-io");
    }

    @Test
    void optionsAreReadAndRefusedAsThePeerDoes() {
        int tries = PeerTool.tries(60, 2000);
        for (int i = 0; i < tries; i++) {
            String text = text();
            PeerTool peer =
                    PeerTool.run(
                            "qemu-img", "create", "-f", "raw", "-o", "size=" + text, "/dev/null");
            String theirs =
                    peer.out().startsWith("Formatting")
                            ? peer.out().strip().substring(peer.out().indexOf("size=") + 5)
                            : errorWithoutWarnings(peer.err());

            assertThat(option(text)).as("seed %d: '%s'", seed, text).isEqualTo(theirs);
        }
    }

    @Test
    void argumentsAreReadAndRefusedAsThePeerDoes() {
        int tries = PeerTool.tries(60, 2000);
        for (int i = 0; i < tries; i++) {
            String text = text();
            PeerTool peer = PeerTool.run("qemu-img", "measure", "-O", "raw", "--size=" + text);
            String warning = Sizes.warning(text);
            String ours =
                    (warning == null ? "" : "qemu-img: warning: " + warning + "\n")
                            + argument(text);
            String theirs =
                    peer.out().isEmpty()
                            ? peer.err()
                            : (peer.err() + "\n" + peer.out().lines().findFirst().orElse(""))
                                    .strip();

            assertThat(ours).as("seed %d: '%s'", seed, text).isEqualTo(theirs);
        }
    }

    @Test
    void infoShowsSizesAsOursDo() {
        int tries = PeerTool.tries(60, 1000);
        for (int i = 0; i < tries; i++) {
            long bytes = bytes(62) & -512;
            String out =
                    PeerTool.run("qemu-img", "info", "--image-opts", "driver=null-co,size=" + bytes)
                            .out();
            Matcher shown = VIRTUAL_SIZE.matcher(out);
            assertThat(shown.find()).as("%d: %s", bytes, out).isTrue();

            assertThat(Sizes.human(bytes)).as("seed %d: %d", seed, bytes).isEqualTo(shown.group(1));
        }
    }

    @Test
    void ioShowsSizesAsOursDo() {
        List<Long> sizes = new ArrayList<>();
        List<String> command = new ArrayList<>(List.of("qemu-io", "--image-opts"));
        for (int i = 0; i < PeerTool.tries(100, 1000); i++) {
            long bytes = Math.max(1, bytes(30));
            sizes.add(bytes);
            command.add("-c");
            command.add("discard 0 " + bytes);
        }
        command.add("driver=null-co,size=2G");

        List<String> shown =
                PeerTool.run("", command)
                        .out()
                        .lines()
                        .filter(line -> line.contains(" ops; "))
                        .map(line -> line.substring(0, line.indexOf(',')))
                        .toList();

        assertThat(sizes.stream().map(Sizes::exact)).as("seed %d", seed).isEqualTo(shown);
    }

    /// A number of up to that many bits, every second one near a power of 1000 or 1024.
    private long bytes(int bits) {
        if (random.nextBoolean()) {
            return random.nextLong() >>> (64 - 1 - random.nextInt(bits));
        }
        double unit = Math.scalb(1.0, random.nextInt(bits / 10) * 10);
        double[] marks = {1.005, 9.995, 99.95, 999.5, 1000, 1023.9995};
        long near = (long) (unit * marks[random.nextInt(marks.length)]);
        return Math.max(0, near + (random.nextInt(5) - 2) * 512L);
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        if (random.nextInt(8) == 0) {
            text.append(" +-0\t".charAt(random.nextInt(5)));
        }
        switch (random.nextInt(4)) {
            case 0 ->
                    text.append("0x")
                            .append(Long.toHexString(random.nextLong() >>> random.nextInt(64)));
            case 1 -> text.append(random.nextInt(2000)).append('.').append(random.nextInt(100_000));
            case 2 ->
                    text.append(random.nextInt(300))
                            .append(random.nextLong() >>> (1 + random.nextInt(63)));
            default -> text.append(random.nextLong() >>> (1 + random.nextInt(63)));
        }
        if (random.nextInt(3) > 0) {
            text.append(SUFFIXES.charAt(random.nextInt(SUFFIXES.length())));
        }
        return text.toString();
    }

    private static String option(String text) {
        try {
            return Long.toString(Sizes.parseOption("size", text));
        } catch (InvalidOptionException e) {
            return e.getMessage() + e.hint().map(hint -> "\n" + hint).orElse("");
        }
    }

    private static String argument(String text) {
        try {
            long size = Sizes.parseArgument("image size", text, 0, Long.MAX_VALUE);
            return "required size: " + Long.toUnsignedString((size + 511) & -512);
        } catch (InvalidOptionException e) {
            return "qemu-img: "
                    + Objects.requireNonNull(e.getMessage()).replace("\n", "\nqemu-img: ");
        }
    }

    private static String errorWithoutWarnings(String err) {
        String lines =
                String.join("\n", err.lines().filter(l -> !l.contains(" warning: ")).toList());
        return lines.replace("qemu-img: /dev/null: ", "")
                .replace("Image creation needs a size parameter", "-1");
    }
}
