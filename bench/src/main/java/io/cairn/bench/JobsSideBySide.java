package io.cairn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Runs our jobs and those of the peer's storage daemon in turn on the same disks, checks that they
/// wrote the same, and prints the ratio of the medians (peer's time to ours: above 1 we are
/// faster). Ours run through the library in a process of their own.
///
///     JobsSideBySide DIRECTORY [--quick] [KIND…]
///
/// `DIRECTORY` takes some 12 GB of scratch files (1.5 GB with `--quick`), which are removed; kinds
/// are `mirror`, `commit`, `stream`, `backup`.
public final class JobsSideBySide {
    private static final int ROUNDS = 5;

    private final Path directory;
    private final long length;

    private JobsSideBySide(Path directory, boolean isQuick) {
        this.directory = directory;
        this.length = isQuick ? 256L << 20 : 2L << 30;
    }

    /// Compares; the exit status is 1 if the two did not do the same.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        boolean quick = rest.remove("--quick");
        if (rest.isEmpty()) {
            System.err.println("usage: JobsSideBySide DIRECTORY [--quick] [KIND...]");
            System.exit(2);
        }
        Path scratch = Files.createTempDirectory(Path.of(rest.removeFirst()), "bench");
        boolean same;
        try {
            JobsSideBySide bench = new JobsSideBySide(scratch, quick);
            bench.makeDisks();
            same = bench.compareAll(rest);
        } finally {
            try (var files = Files.list(scratch)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(scratch);
        }
        System.exit(same ? 0 : 1);
    }

    private void makeDisks() throws IOException, InterruptedException {
        Disks.full(directory.resolve("full.raw"), length);
        peer("convert", "-f", "raw", "-O", "qcow2", "full.raw", "full.qcow2");
        for (String format : List.of("raw", "qcow2")) {
            peer("create", "-q", "-f", format, "out." + format, Long.toString(length));
            String middle = "middle-" + format;
            Files.copy(directory.resolve("full.qcow2"), directory.resolve(middle));
            peer("rebase", "-u", "-f", "qcow2", "-b", "out." + format, "-F", format, middle);
        }
    }

    private boolean compareAll(List<String> chosen) throws IOException, InterruptedException {
        boolean same = true;
        System.out.printf(
                Locale.ROOT,
                "%-16s %9s %9s %6s %6s %8s%n",
                "job",
                "peer s",
                "ours s",
                "ratio",
                "goal",
                "ours MB");
        for (JobKind kind : JobKind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            if (chosen.isEmpty() || chosen.contains(name)) {
                for (String format : List.of("raw", "qcow2")) {
                    same &= compare(kind, name, format);
                }
            }
        }
        return same;
    }

    private boolean compare(JobKind kind, String name, String format)
            throws IOException, InterruptedException {
        JobDisks disks = JobDisks.of(kind, format);
        double[] theirs = new double[ROUNDS];
        double[] ours = new double[ROUNDS];
        long peak = 0;
        boolean same = true;
        for (int i = 0; i <= ROUNDS; i++) {
            int round = Math.max(0, i - 1);
            boolean isPeerFirst = i % 2 == 0;
            for (boolean isPeer : new boolean[] {isPeerFirst, !isPeerFirst}) {
                prepare(kind, format, disks);
                if (isPeer) {
                    try (PeerDaemon daemon = new PeerDaemon(directory, disks)) {
                        theirs[round] = daemon.run(kind);
                    }
                } else {
                    Run run = ours(kind, format);
                    ours[round] = Double.parseDouble(run.output().strip());
                    peak = Math.max(peak, run.peakBytes());
                }
                keep(disks, isPeer ? "peer" : "ours");
            }
            same &= i > 0 || isSame(disks);
        }
        double peer = median(theirs);
        double mine = median(ours);
        System.out.printf(
                Locale.ROOT,
                "%-16s %9.3f %9.3f %6.2f %6.1f %8d %s%n",
                name + " " + format,
                peer,
                mine,
                peer / mine,
                kind.goal(),
                peak >> 20,
                same ? "" : "RESULTS DIFFER");
        return same;
    }

    private void prepare(JobKind kind, String format, JobDisks disks)
            throws IOException, InterruptedException {
        String size = Long.toString(length);
        switch (kind) {
            case MIRROR, BACKUP -> peer("create", "-q", "-f", format, disks.result(), size);
            case COMMIT -> {
                peer("create", "-q", "-f", format, disks.result(), size);
                overlay("middle-" + format, "qcow2");
            }
            case STREAM -> overlay("full." + format, format);
        }
    }

    private void overlay(String backing, String format) throws IOException, InterruptedException {
        peer("create", "-q", "-f", "qcow2", "-b", backing, "-F", format, "top");
    }

    private Run ours(JobKind kind, String format) throws IOException, InterruptedException {
        List<String> command =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx96m",
                        "-cp",
                        classPath(),
                        JobRun.class.getName(),
                        kind.name(),
                        format);
        Run run = Run.of(command, directory);
        if (run.status() != 0) {
            throw new IOException("our " + kind + " failed");
        }
        return run;
    }

    private static String classPath() {
        List<String> absolute = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(":", -1)) {
            absolute.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(":", absolute);
    }

    private void keep(JobDisks disks, String name) throws IOException {
        Files.move(
                directory.resolve(disks.result()),
                directory.resolve(name),
                StandardCopyOption.REPLACE_EXISTING);
    }

    private boolean isSame(JobDisks disks) throws IOException, InterruptedException {
        String format = disks.result().endsWith("raw") ? "raw" : "qcow2";
        Run run =
                Run.of(
                        List.of(
                                "qemu-img",
                                "compare",
                                "-q",
                                "-f",
                                format,
                                "-F",
                                format,
                                "peer",
                                "ours"),
                        directory);
        return run.status() == 0;
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private void peer(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        if (Run.of(command, directory).status() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
