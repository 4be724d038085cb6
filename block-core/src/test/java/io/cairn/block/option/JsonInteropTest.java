package io.cairn.block.option;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.InvalidOptionException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Our JSON against that of qemu-img (as `json:` names) and qemu-storage-daemon (a command's id
/// comes back).
@Tag("qemu-img")
class JsonInteropTest {
    private static final String PREFIX = "Could not parse the JSON options: ";
    private static final List<String> PIECES =
            List.of(
                    "{",
                    "}",
                    "[",
                    "]",
                    ",",
                    ":",
                    "\"",
                    "'",
                    "\\",
                    " ",
                    "0",
                    "1",
                    "2.5",
                    "-",
                    "e1",
                    "true",
                    "tru",
                    "null",
                    "\"a\"",
                    "'b'",
                    "\"\\u00e9\"",
                    "\"\\ud83d\"",
                    "\"\\q\"",
                    "@",
                    "/",
                    "\t");

    @BeforeAll
    static void findPeer() {
        PeerTool.assumeInstalled("qemu-img");
    }

    @Test
    void refusesAndAcceptsWhatThePeerDoes() {
        long seed = Long.getLong("cairn.seed", 20_261_122L);
        Random random = new Random(seed);
        int tries = PeerTool.tries(60, 3000);
        for (int i = 0; i < tries; i++) {
            String text = mutate(random, document(random, 0));
            String err = PeerTool.run("qemu-img", "info", "--", "json:" + text).err();
            int at = err.indexOf(PREFIX);
            String theirs = at < 0 ? "accepted" : err.substring(at + PREFIX.length());

            assertThat(verdict(text)).as("seed %d: %s", seed, text).isEqualTo(theirs);
        }
    }

    @Test
    void printsNumbersTextAndMembersAsThePeerDoes() throws InvalidOptionException {
        PeerTool.assumeInstalled("qemu-storage-daemon");
        long seed = Long.getLong("cairn.seed", 20_261_122L);
        Random random = new Random(seed);
        int tries = PeerTool.tries(50, 1000);
        StringBuilder input = new StringBuilder("{\"execute\":\"qmp_capabilities\"}\n");
        String[] texts = new String[tries];
        for (int i = 0; i < tries; i++) {
            texts[i] = members(random, 0);
            input.append("{\"execute\":\"query-version\",\"id\":").append(texts[i]).append("}\n");
        }
        input.append("{\"execute\":\"quit\"}\n");

        List<String> command =
                List.of("qemu-storage-daemon", "--chardev", "stdio,id=m", "--monitor", "m");
        List<String> replies =
                PeerTool.run(input.toString(), command)
                        .out()
                        .lines()
                        .filter(line -> line.contains("\"id\": "))
                        .toList();

        assertThat(replies).hasSize(tries);
        for (int i = 0; i < tries; i++) {
            String ours = Json.print(Json.parse(texts[i]));
            assertThat(replies.get(i)).as("seed %d: %s", seed, texts[i]).endsWith(ours + "}");
        }
    }

    private static String verdict(String text) {
        try {
            Json.parse(text);
            return "accepted";
        } catch (InvalidOptionException e) {
            return Objects.requireNonNull(e.getMessage());
        }
    }

    private static String document(Random random, int depth) {
        int kind = random.nextInt(depth > 3 ? 1 : 3);
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(4); kind > 0 && n > 0; n--) {
            text.append(text.isEmpty() ? "" : ", ");
            text.append(kind == 1 ? "" : "\"" + (char) ('a' + n) + "\":");
            text.append(document(random, depth + 1));
        }
        return switch (kind) {
            case 0 -> PIECES.get(10 + random.nextInt(12));
            case 1 -> "[" + text + "]";
            default -> "{" + text + "}";
        };
    }

    private static String mutate(Random random, String text) {
        StringBuilder mutated = new StringBuilder(text);
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(mutated.length() + 1);
            switch (random.nextInt(3)) {
                case 0 -> mutated.insert(at, PIECES.get(random.nextInt(PIECES.size())));
                case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1));
                default -> mutated.setLength(at);
            }
        }
        return mutated.toString();
    }

    private static String members(Random random, int depth) {
        StringBuilder text = new StringBuilder("{");
        int count = random.nextInt(depth == 0 ? 60 : 4);
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ",").append('"').append(name(random)).append(i).append("\":");
            text.append(depth < 2 ? member(random, depth) : number(random));
        }
        return text.append('}').toString();
    }

    private static String member(Random random, int depth) {
        return switch (random.nextInt(4)) {
            case 0 -> members(random, depth + 1);
            case 1 -> "[" + number(random) + ", " + members(random, depth + 1) + "]";
            case 2 -> "\"" + name(random) + "\"";
            default -> number(random);
        };
    }

    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int n = random.nextInt(12); n >= 0; n--) {
            name.append("abcdefghijklmnopqrstuvwxyz-_.é€".charAt(random.nextInt(31)));
        }
        return name.toString();
    }

    private static String number(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Long.toString(random.nextLong());
            case 1 -> Long.toUnsignedString(random.nextLong());
            case 2 -> Double.toString(random.nextGaussian() * 1e6);
            default -> Double.toString(random.nextDouble() * Math.pow(10, random.nextInt(40) - 20));
        };
    }
}
