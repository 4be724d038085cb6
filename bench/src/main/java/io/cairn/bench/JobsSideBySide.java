package io.cairn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Runs jobs in our storage daemon and in the peer's in turn on the same disks, checks that they
/// wrote the same, and prints the ratios of the medians and of the least times (peer's time to
/// ours: above 1 we are faster; where memory that the host must find first makes half of the rounds
/// twice as long, the least times say more). Then has both serve a disk to a writer while a job copies it, and compares how long its
/// writes take.
///
///     JobsSideBySide LAUNCHER DIRECTORY [--quick] [NAME…]
///
/// `LAUNCHER` is this checkout's `cairn`; `DIRECTORY` takes some 8 GB of scratch files (2 GB with
/// `--quick`), which are removed; names choose comparisons that begin with them (`mirror`, `stream
/// qcow2`, `writer`). The daemons stay the same from round to round, as in use, and the first round
/// is not counted.
public final class JobsSideBySide {
    private static final List<String> FORMATS = List.of("raw", "qcow2");
    private static final int ROUNDS = 9;
    private static final int WRITER_ROUNDS = 5;

    private final String launcher;
    private final Path directory;
    private final long length;
    private final List<String> chosen;
    private boolean same = true;

    private JobsSideBySide(String launcher, Path directory, boolean isQuick, List<String> chosen) {
        this.launcher = launcher;
        this.directory = directory;
        this.length = isQuick ? 512L << 20 : 2L << 30;

        this.chosen = chosen;
    }

    /// Compares; the exit status is 1 if the two did not do the same.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        boolean quick = rest.remove("--quick");
        if (rest.size() < 2) {
            System.err.println("usage: JobsSideBySide LAUNCHER DIRECTORY [--quick] [NAME...]");
            System.exit(2);
        }
        String launcher = Path.of(rest.get(0)).toAbsolutePath().toString();
        Path scratch = Files.createTempDirectory(Path.of(rest.get(1)), "bench");
        JobsSideBySide bench =
                new JobsSideBySide(launcher, scratch, quick, rest.subList(2, rest.size()));
        try {
            bench.compareSpeed();
            bench.compareLatency();
        } finally {
            bench.clear();
            Files.delete(scratch);
        }
        System.exit(bench.same ? 0 : 1);
    }

    /// Makes the disks of one comparison. Those of others are not kept beside them: in memory, they
    /// would take what the host must then find for the copies.
    private void makeDisks(JobKind kind, String format) throws IOException, InterruptedException {
        clear();
        Path full = directory.resolve("full.raw");
        Disks.full(full, length);
        if (kind == JobKind.COMMIT) {
            String middle = "middle-" + format;
            image("convert", "-f", "raw", "-O", "qcow2", "full.raw", middle);
            image("create", "-q", "-f", format, "out." + format, Long.toString(length));
            image("rebase", "-u", "-f", "qcow2", "-b", "out." + format, "-F", format, middle);
            Files.delete(full);
        } else if (!format.equals("raw")) {
            image("convert", "-f", "raw", "-O", format, "full.raw", "full." + format);
            Files.delete(full);
        }
    }

    private void clear() throws IOException {
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    private boolean isChosen(String name) {
        return chosen.isEmpty() || chosen.stream().anyMatch(name::startsWith);
    }

    private List<JobDaemon> startBoth() throws IOException, InterruptedException {
        JobDaemon peer = JobDaemon.start("peer", List.of("qemu-storage-daemon"), directory);
        try {
            return List.of(peer, JobDaemon.start("ours", List.of(launcher, "daemon"), directory));
        } catch (IOException e) {
            peer.close();
            throw e;
        }
    }

    private static void end(List<JobDaemon> daemons) throws IOException {
        for (JobDaemon daemon : daemons) {
            daemon.close();
        }
    }

    // ---- speed

    private void compareSpeed() throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%-24s %9s %9s %6s %9s %9s %6s %6s %8s%n",
                "job",
                "peer s",
                "ours s",
                "ratio",
                "least",
                "least",
                "ratio",
                "goal",
                "ours MB");
        for (JobKind kind : JobKind.values()) {
            for (String format : FORMATS) {
                String name = kind.name().toLowerCase(Locale.ROOT) + " " + format;
                if (isChosen(name)) {
                    makeDisks(kind, format);
                    List<JobDaemon> daemons = startBoth();
                    try {
                        compareSpeed(name, kind, format, daemons);
                    } finally {
                        end(daemons);
                    }
                }
            }
        }
    }

    private void compareSpeed(String name, JobKind kind, String format, List<JobDaemon> daemons)
            throws IOException, InterruptedException {
        JobDisks disks = JobDisks.of(kind, format);
        double[][] seconds = new double[daemons.size()][ROUNDS];
        for (int i = 0; i <= ROUNDS; i++) {
            for (int k = 0; k < daemons.size(); k++) {
                int which = (i + k) % daemons.size();
                JobDaemon daemon = daemons.get(which);
                prepare(kind, format, disks);
                daemon.open(disks);
                seconds[which][Math.max(0, i - 1)] = daemon.run(kind);
                daemon.close(disks);
                Files.move(
                        directory.resolve(disks.result()),
                        directory.resolve(daemon.title()),
                        StandardCopyOption.REPLACE_EXISTING);
            }
            same &= i > 0 || isSame(disks);
            for (JobDaemon daemon : daemons) {
                Files.delete(directory.resolve(daemon.title()));
            }
        }
        double peer = median(seconds[0]);
        double mine = median(seconds[1]);
        double leastPeer = Arrays.stream(seconds[0]).min().orElseThrow();
        double leastMine = Arrays.stream(seconds[1]).min().orElseThrow();
        System.out.printf(
                Locale.ROOT,
                "%-24s %9.3f %9.3f %6.2f %9.3f %9.3f %6.2f %6.1f %8d %s%n",
                name,
                peer,
                mine,
                peer / mine,
                leastPeer,
                leastMine,
                leastPeer / leastMine,
                kind.goal(),
                daemons.get(1).peakBytes() >> 20,
                same ? "" : "RESULTS DIFFER");
    }

    private void prepare(JobKind kind, String format, JobDisks disks)
            throws IOException, InterruptedException {
        String size = Long.toString(length);
        switch (kind) {
            case MIRROR, BACKUP -> image("create", "-q", "-f", format, disks.result(), size);
            case COMMIT -> {
                image("create", "-q", "-f", format, disks.result(), size);
                overlay("middle-" + format, "qcow2");
            }
            case STREAM -> overlay("full." + format, format);
        }
    }

    private void overlay(String backing, String format) throws IOException, InterruptedException {
        image("create", "-q", "-f", "qcow2", "-b", backing, "-F", format, "top");
    }

    private boolean isSame(JobDisks disks) throws IOException, InterruptedException {
        String format = disks.result().endsWith("raw") ? "raw" : "qcow2";
        List<String> compare =
                List.of("qemu-img", "compare", "-q", "-f", format, "-F", format, "peer", "ours");
        return Run.of(compare, directory).status() == 0;
    }

    // ---- latency

    /// A job under which a writer writes.
    private record Copying(String name, JobKind kind, String further) {}

    private void compareLatency() throws IOException, InterruptedException {
        System.out.printf(
                Locale.ROOT,
                "%-24s %17s %13s %19s %6s %19s %6s%n",
                "peer's, ours: writes in",
                "writes/s",
                "job's MB/s",
                "p50 us",
                "ratio",
                "p99 us",
                "ratio");
        for (Copying job :
                List.of(
                        new Copying("mirror background", JobKind.MIRROR, ""),
                        new Copying(
                                "mirror blocking", JobKind.MIRROR, ",'copy-mode':'write-blocking'"),
                        new Copying("backup", JobKind.BACKUP, ""))) {
            for (String format : FORMATS) {
                if (isChosen("writer " + job.name() + " " + format)) {
                    makeDisks(job.kind(), format);
                    List<JobDaemon> daemons = startBoth();
                    try {
                        compareLatency(job, format, daemons);
                    } finally {
                        end(daemons);
                    }
                }
            }
        }
    }

    private void compareLatency(Copying job, String format, List<JobDaemon> daemons)
            throws IOException, InterruptedException {
        JobDisks disks = JobDisks.of(job.kind(), format);
        List<JobLatency> theirs = new ArrayList<>();
        List<JobLatency> ours = new ArrayList<>();
        for (int i = 0; i <= WRITER_ROUNDS; i++) {
            for (int k = 0; k < daemons.size(); k++) {
                int which = (i + k) % daemons.size();
                JobDaemon daemon = daemons.get(which);
                prepare(job.kind(), format, disks);
                daemon.open(disks);
                JobLatency found = JobLatency.measure(daemon, job.kind(), job.further(), length);
                if (i > 0) {
                    (which == 0 ? theirs : ours).add(found);
                }
                daemon.close(disks);
            }
        }
        JobLatency peer = JobLatency.all(theirs);
        JobLatency mine = JobLatency.all(ours);
        System.out.printf(
                Locale.ROOT,
                "%-24s %8.0f %8.0f %6.0f %6.0f %9.1f %9.1f %6.2f %9.1f %9.1f %6.2f%n",
                job.name() + " " + format,
                peer.sortedNanos().length / peer.seconds(),
                mine.sortedNanos().length / mine.seconds(),
                peer.jobBytes() / peer.seconds() / (1 << 20),
                mine.jobBytes() / mine.seconds() / (1 << 20),
                peer.micros(0.5),
                mine.micros(0.5),
                peer.micros(0.5) / mine.micros(0.5),
                peer.micros(0.99),
                mine.micros(0.99),
                peer.micros(0.99) / mine.micros(0.99));
    }

    private static double median(double[] values) {
        return Arrays.stream(values).sorted().toArray()[values.length / 2];
    }

    private void image(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("qemu-img"));
        command.addAll(List.of(arguments));
        if (Run.of(command, directory).status() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
    }
}
