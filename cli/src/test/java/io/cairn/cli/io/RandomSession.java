package io.cairn.cli.io;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Makes up the commands of a session, right ones and wrong ones.
///
/// Asynchronous requests come one at a time: how several overlap is nobody's promise.
final class RandomSession {
    private static final List<String> OTHERS =
            List.of(
                    "foo",
                    "q",
                    "close",
                    "help read x",
                    "help foo",
                    "break a b",
                    "break x",
                    "resume a",
                    "remove_break x",
                    "sleep 1",
                    "sleep x",
                    "sigraise 99",
                    "sigraise x",
                    "sigraise 0",
                    "open x",
                    "open -x",
                    "open",
                    "length x",
                    "flush x",
                    "? x y",
                    "read",
                    "write 0",
                    "info 1",
                    "alloc",
                    "truncate",
                    "aio_flush x",
                    "length");
    private static final List<String> REOPENS =
            List.of(
                    "",
                    "-r",
                    "-w",
                    "-r -w",
                    "-c none",
                    "-c foo",
                    "-c unsafe",
                    "-o foo=bar",
                    "-o x",
                    "-o read-only=on",
                    "x",
                    "-c unsafe -o cache.direct=on",
                    "-o discard=unmap",
                    "-o driver=qed",
                    "-o node-name=n");

    private final Random random;
    private boolean isPending;

    RandomSession(Random random) {
        this.random = random;
    }

    List<String> commands() {
        List<String> commands = new ArrayList<>();
        int count = 1 + random.nextInt(12);
        for (int i = 0; i < count; i++) {
            String command = command();
            if (isPending) {
                commands.add("aio_flush");
            }
            isPending = command.startsWith("aio_");
            commands.add(command);
        }
        if (isPending) {
            commands.add("aio_flush");
        }
        return commands;
    }

    private String command() {
        return switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4 -> transfer("read", "C P s l q v p", 1);
            case 5, 6, 7, 8, 9, 10 -> transfer("write", "c f n q C u z P F p", 1);
            case 11 -> transfer("readv", "C q v P", 3);
            case 12 -> transfer("writev", "C q f P", 3);
            case 13 -> transfer("aio_read", "C q v P i", 2);
            case 14 -> transfer("aio_write", "C q f u z P i", 2);
            case 15 -> transfer("discard", "C q", 1);
            case 16 ->
                    words("truncate", options("m"), List.of(pick("4M", "5M", "1M", "3000k", "0")));
            case 17 -> words("alloc", List.of(), List.of(number(), length()));
            case 18 -> "map";
            case 19 -> "info";
            case 20 -> "reopen " + pick(REOPENS);
            case 21 -> "flush";
            case 22 -> "read -" + random.nextInt(10) + " 0 5";
            default -> pick(OTHERS);
        };
    }

    private String transfer(String name, String letters, int lengths) {
        List<String> operands = new ArrayList<>(List.of(number()));
        List<String> options = options(letters);
        // A compressed write that fails at one cluster may have stored any of the others.
        boolean isOneCluster = options.contains("-c");
        int count = 1 + random.nextInt(lengths);
        for (int i = 0; i < count; i++) {
            String length = length();
            operands.add(isOneCluster && length.endsWith("M") ? "64k" : length);
        }
        if (random.nextInt(50) == 0) {
            operands.removeLast();
        } else if (random.nextInt(50) == 0) {
            operands.add("7");
        }
        return words(name, options, operands);
    }

    /// A command, its options mostly before the operands.
    private String words(String name, List<String> options, List<String> operands) {
        boolean isSwapped = random.nextInt(10) == 0;
        List<String> words = new ArrayList<>(List.of(name));
        words.addAll(isSwapped ? operands : options);
        words.addAll(isSwapped ? options : operands);
        return String.join(" ", words);
    }

    private List<String> options(String letters) {
        List<String> options = new ArrayList<>();
        for (String letter : letters.split(" ", -1)) {
            if (random.nextInt(5) == 0) {
                options.add(option(letter));
            }
        }
        if (random.nextInt(60) == 0) {
            options.add(pick("-x", "-y", "-Z"));
        }
        Collections.shuffle(options, random);
        return options;
    }

    private String option(String letter) {
        return switch (letter) {
            case "P" -> "-P " + pick("0", "3", "0xcd", "255", "010", "256", "zz", "-1");
            case "s", "l" -> "-" + letter + " " + pick("0", "5", "10", "512", length());
            case "F" -> "-s " + pick("@pattern", "@none", "/dev/null", "@");
            case "m" -> "-m " + pick("off", "falloc", "full", "metadata", "foo");
            default -> "-" + letter;
        };
    }

    private String number() {
        return switch (random.nextInt(12)) {
            case 0, 1, 2 -> pick("0", "1", "511", "512", "513", "4096", "65535", "65536", "100000");
            case 3, 4 -> pick("1k", "4K", "64k", "128K", "1M", "10b", "2B", "0.5M", "1.5k");
            case 5 -> pick("0x0", "0x200", "0x1234", "0x10000", "0x10k");
            case 6 -> pick("x", "-1", "5x", "9E", "16E", "8M", "4M", "1.5", "0x", "1e3");
            default -> Integer.toString(random.nextInt(4 << 20));
        };
    }

    private String length() {
        return random.nextInt(10) == 0
                ? number()
                : pick("0", "1", "10", "16", "17", "512", "1k", "1000", "4k", "64k", "100k", "2M");
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private String pick(List<String> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
