package io.cairn.protocol.vvfat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Makes directories with files of awkward lengths and names.
final class RandomTree {
    private static final List<String> WORDS =
            List.of("a", "Long name", "x.y", "README", "ünï", "日本", "b c", "-", "UPPER", "~1");
    private static final int[] LENGTHS = {0, 1, 511, 512, 4096, 8191, 8192, 8193, 20_000};

    private final Random random;

    RandomTree(Random random) {
        this.random = random;
    }

    /// Fills a directory with this many files and directories in all.
    void fill(Path root, int count) throws IOException {
        List<Path> directories = new ArrayList<>(List.of(root));
        for (int i = 0; i < count; i++) {
            Path parent = directories.get(random.nextInt(directories.size()));
            Path path = parent.resolve(name());
            if (isTaken(parent, path)) {
                continue;
            }
            if (random.nextInt(4) == 0) {
                directories.add(Files.createDirectory(path));
            } else {
                Files.write(path, content());
            }
        }
    }

    /// Names that differ in case alone are not for this test.
    private static boolean isTaken(Path parent, Path path) throws IOException {
        String name = path.getFileName().toString().toLowerCase(Locale.ROOT);
        try (var names = Files.list(parent)) {
            return names.anyMatch(
                    p -> p.getFileName().toString().toLowerCase(Locale.ROOT).equals(name));
        }
    }

    String name() {
        StringBuilder name = new StringBuilder();
        int words = 1 + random.nextInt(4);
        for (int i = 0; i < words; i++) {
            name.append(WORDS.get(random.nextInt(WORDS.size())));
        }
        name.append(random.nextInt(50));
        return random.nextBoolean() ? name.append(".text").toString() : name.toString();
    }

    byte[] content() {
        byte[] content = new byte[LENGTHS[random.nextInt(LENGTHS.length)]];
        random.nextBytes(content);
        return content;
    }
}
