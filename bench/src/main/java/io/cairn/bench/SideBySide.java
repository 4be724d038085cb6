package io.cairn.bench;

import io.cairn.bench.Comparison.Result;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Runs our tools and the installed peer in turn on the same disks, checks that they did the same, and prints the ratio of the
/// medians (peer's time to ours: above 1 we are faster).
///
///     SideBySide LAUNCHER DIRECTORY [--quick] [NAME…]
///
/// `LAUNCHER` is this checkout's `cairn`; `DIRECTORY` takes some 15 GB of scratch files (1 GB with `--quick`), which are removed;
/// names choose comparisons that begin with them.
public final class SideBySide {
    private static final String SECRET = "--object=secret,id=s,data=passphrase";

    private final String launcher;
    private final Path directory;
    private final boolean isQuick;
    private final List<String> chosen;

    private SideBySide(String launcher, Path directory, boolean isQuick, List<String> chosen) {
        this.launcher = launcher;
        this.directory = directory;
        this.isQuick = isQuick;
        this.chosen = chosen;
    }

    /// Compares; the exit status is 1 if the two did not do the same.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        boolean quick = rest.remove("--quick");
        if (rest.size() < 2) {
            System.err.println("usage: SideBySide LAUNCHER DIRECTORY [--quick] [NAME...]");
            System.exit(2);
        }
        Path scratch = Files.createTempDirectory(Path.of(rest.get(1)), "bench");
        SideBySide bench =
                new SideBySide(
                        Path.of(rest.get(0)).toAbsolutePath().toString(),
                        scratch,
                        quick,
                        rest.subList(2, rest.size()));
        boolean same;
        try {
            bench.makeDisks();
            same = bench.compareAll();
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
        long full = isQuick ? 256L << 20 : 2L << 30;
        Disks.full(directory.resolve("full.raw"), full);
        Disks.sparse(
                directory.resolve("sparse.raw"),
                isQuick ? 2L << 30 : 20L << 30,
                isQuick ? 64L << 20 : 500L << 20);
        Disks.striped(directory.resolve("striped.raw"), isQuick ? 20_000 : 100_000, 4096);
        Disks.full(directory.resolve("small.raw"), isQuick ? 64L << 20 : 512L << 20);
        peer("convert", "-O", "qcow2", "full.raw", "full.qcow2");
        peer("convert", "-c", "-O", "qcow2", "small.raw", "packed.qcow2");
        peer("create", "-q", "-f", "qcow2", "-b", "full.qcow2", "-F", "qcow2", "mid.qcow2");
        peer("create", "-q", "-f", "qcow2", "-b", "mid.qcow2", "-F", "qcow2", "top.qcow2");
        peer("create", "-q", "-f", "qcow2", "tiny.qcow2", "1G");
        peer(
                "convert",
                SECRET,
                "-O",
                "luks",
                "-o",
                "key-secret=s,iter-time=10",
                "full.raw",
                "full.luks");
        peer("convert", "-f", "raw", "-O", "raw", "full.luks", "a.luks");
        peer("convert", "-f", "raw", "-O", "raw", "full.luks", "b.luks");
        Disks.scattered(directory.resolve("scattered.qcow2"), isQuick ? 50_000 : 500_000);
    }

    private List<Comparison> comparisons() {
        List<Comparison> all = new ArrayList<>();
        for (String[] pair :
                new String[][] {
                    {"raw to qcow2", "full.raw", "qcow2"},
                    {"qcow2 to raw", "full.qcow2", "raw"},
                    {"qcow2 to qcow2", "full.qcow2", "qcow2"},
                    {"chain of three to raw", "top.qcow2", "raw"},
                    {"sparse raw to qcow2", "sparse.raw", "qcow2"}
                }) {
            all.add(
                    Comparison.of(
                            "convert " + pair[0],
                            1,
                            Result.DISK,
                            "convert",
                            "-O",
                            pair[2],
                            pair[1],
                            "OUT"));
        }
        all.add(
                Comparison.of(
                        "pack zlib",
                        1.8,
                        Result.DISK,
                        "convert",
                        "-c",
                        "-O",
                        "qcow2",
                        "small.raw",
                        "OUT"));
        all.add(
                Comparison.of(
                        "pack zstd",
                        1.5,
                        Result.DISK,
                        "convert",
                        "-c",
                        "-O",
                        "qcow2",
                        "-o",
                        "compression_type=zstd",
                        "small.raw",
                        "OUT"));
        all.add(
                Comparison.of(
                        "unpack zlib",
                        1.2,
                        Result.DISK,
                        "convert",
                        "-O",
                        "raw",
                        "packed.qcow2",
                        "OUT"));
        all.add(
                Comparison.of(
                        "decrypt luks to raw",
                        4,
                        Result.DISK,
                        "convert",
                        SECRET,
                        "--image-opts",
                        "driver=luks,key-secret=s,file.filename=full.luks",
                        "-O",
                        "raw",
                        "OUT"));
        all.add(
                new Comparison(
                        "encrypt raw to luks", 4, encryption("a"), encryption("b"), Result.OUTPUT));
        all.add(Comparison.of("check", 8, Result.OUTPUT, "check", "scattered.qcow2"));
        all.add(
                Comparison.of(
                        "map",
                        2,
                        Result.OUTPUT,
                        "map",
                        "--output=json",
                        "-f",
                        "raw",
                        "striped.raw"));
        all.add(Comparison.of("compare", 1.2, Result.OUTPUT, "compare", "full.raw", "full.qcow2"));
        String requests = isQuick ? "50000" : "500000";
        for (String aio : new String[] {"threads", "io_uring"}) {
            all.add(
                    Comparison.of(
                            "bench 4k cached " + aio,
                            1,
                            Result.RUN_TIME,
                            "bench",
                            "-f",
                            "raw",
                            "-t",
                            "writeback",
                            "-i",
                            aio,
                            "-d",
                            "32",
                            "-s",
                            "4096",
                            "-c",
                            requests,
                            "full.raw"));
        }
        String direct = isQuick ? "20000" : "100000";
        for (String aio : new String[] {"threads", "native", "io_uring"}) {
            all.add(
                    Comparison.of(
                            "bench 4k direct " + aio,
                            1,
                            Result.RUN_TIME,
                            "bench",
                            "-f",
                            "raw",
                            "-t",
                            "none",
                            "-i",
                            aio,
                            "-d",
                            "32",
                            "-s",
                            "4096",
                            "-c",
                            direct,
                            "full.raw"));
        }
        all.add(Comparison.of("info", 0, Result.OUTPUT, "info", "--output=json", "tiny.qcow2"));
        return all;
    }

    /// Encrypts the full disk into the volume of that name.
    private static List<String> encryption(String volume) {
        return List.of(
                "convert",
                SECRET,
                "-n",
                "--image-opts",
                "--target-image-opts",
                "driver=raw,file.filename=full.raw",
                "driver=luks,key-secret=s,file.filename=" + volume + ".luks");
    }

    private boolean compareAll() throws IOException, InterruptedException {
        boolean same = true;
        System.out.printf(
                Locale.ROOT,
                "%-28s %9s %9s %6s %6s %8s %8s%n",
                "what",
                "peer s",
                "ours s",
                "ratio",
                "goal",
                "peer MB",
                "ours MB");
        for (Comparison comparison : comparisons()) {
            if (chosen.isEmpty() || chosen.stream().anyMatch(comparison.name()::startsWith)) {
                same &= compare(comparison);
            }
        }
        if (chosen.isEmpty() || chosen.contains("info")) {
            hello();
        }
        return same;
    }

    /// Shows what the JVM alone takes to start, with the settings that the tools start with.
    private void hello() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command =
                List.of(
                        java,
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        Path.of(System.getProperty("java.class.path")).toAbsolutePath().toString(),
                        Hello.class.getName());
        double[] seconds = new double[15];
        for (int i = 0; i < seconds.length; i++) {
            Run run = Run.of(command, directory);
            if (run.status() != 0) {
                throw new IOException("a JVM did not start");
            }
            seconds[i] = run.seconds();
        }
        System.out.printf(
                Locale.ROOT, "%-28s %9s %9.3f%n", "a JVM that says hello", "", median(seconds));
    }

    private boolean compare(Comparison comparison) throws IOException, InterruptedException {
        int rounds = comparison.name().equals("info") ? 15 : 5;
        List<Run> theirs = new ArrayList<>();
        List<Run> ours = new ArrayList<>();
        String difference = "";
        for (int i = 0; i <= rounds; i++) {
            Disks.remove(directory.resolve("a.out"));
            Disks.remove(directory.resolve("b.out"));
            // Each goes first every other time, since the second of two finds memory that the first
            // has had the kernel tidy up.
            Run first = i % 2 == 0 ? run("qemu-img", comparison.theirs()) : null;
            Run b = run(launcher, comparison.ours());
            Run a = first == null ? run("qemu-img", comparison.theirs()) : first;
            if (i == 0) {
                difference = difference(comparison, a, b);
                continue;
            }
            theirs.add(a);
            ours.add(b);
        }
        double peer = median(theirs.stream().mapToDouble(comparison::seconds).toArray());
        double mine = median(ours.stream().mapToDouble(comparison::seconds).toArray());
        System.out.printf(
                Locale.ROOT,
                "%-28s %9.3f %9.3f %6.2f %6.1f %8d %8d %s%n",
                comparison.name(),
                peer,
                mine,
                peer / mine,
                comparison.goal(),
                peakMegabytes(theirs),
                peakMegabytes(ours),
                difference);
        return difference.isEmpty();
    }

    private Run run(String program, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(program);
        if (program.equals(launcher)) {
            command.add("img");
        }
        command.addAll(arguments);
        return Run.of(command, directory);
    }

    /// What the two did differently, empty if nothing.
    private String difference(Comparison comparison, Run a, Run b)
            throws IOException, InterruptedException {
        if (a.status() != b.status()) {
            return "EXIT STATUS " + a.status() + " AND " + b.status();
        }
        boolean same =
                switch (comparison.result()) {
                    case OUTPUT -> a.output().equals(b.output());
                    case RUN_TIME -> true;
                    case DISK ->
                            run("qemu-img", List.of("compare", "-q", "a.out", "b.out")).status()
                                    == 0;
                };
        return same ? "" : "RESULTS DIFFER";
    }

    private static long peakMegabytes(List<Run> runs) {
        return runs.stream().mapToLong(Run::peakBytes).max().orElse(0) >> 20;
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        int middle = values.length / 2;
        return values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    private void peer(String... arguments) throws IOException, InterruptedException {
        Run run = run("qemu-img", List.of(arguments));
        if (run.status() != 0) {
            throw new IOException("qemu-img " + String.join(" ", arguments) + " failed");
        }
    }
}
