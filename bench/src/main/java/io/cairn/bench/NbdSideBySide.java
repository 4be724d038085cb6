package io.cairn.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Puts the same load on `cairn nbd`, `qemu-nbd` and `nbdkit file` in turn, checks that they gave and took the same data, and
/// prints the medians and the ratios (our rate to the peer's: above 1 we are faster).
///
///     NbdSideBySide LAUNCHER DIRECTORY [--quick] [NAME…]
///
/// `LAUNCHER` is this checkout's `cairn`; `DIRECTORY` takes some 8 GB of scratch files (2 GB with `--quick`), which are removed;
/// names choose loads that begin with them (`raw`, `qcow2 read`, `convert`). The servers listen on unix sockets and keep running
/// from round to round, and each round has the next of them begin.
public final class NbdSideBySide {
    private final String launcher;
    private final Path directory;
    private final long length;
    private final int rounds;
    private final boolean isQuick;
    private final List<String> chosen;
    private boolean same = true;

    private NbdSideBySide(String launcher, Path directory, boolean isQuick, List<String> chosen) {
        this.launcher = launcher;
        this.directory = directory;
        this.isQuick = isQuick;
        this.chosen = chosen;
        length = isQuick ? 256L << 20 : 1L << 30;
        rounds = isQuick ? 3 : 5;
    }

    /// Compares; the exit status is 1 if the servers did not do the same.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        List<String> rest = new ArrayList<>(Arrays.asList(arguments));
        boolean quick = rest.remove("--quick");
        if (rest.size() < 2) {
            System.err.println("usage: NbdSideBySide LAUNCHER DIRECTORY [--quick] [NAME...]");
            System.exit(2);
        }
        Path scratch = Files.createTempDirectory(Path.of(rest.get(1)), "bench");
        String launcher = Path.of(rest.get(0)).toAbsolutePath().toString();
        NbdSideBySide bench =
                new NbdSideBySide(launcher, scratch, quick, rest.subList(2, rest.size()));
        try {
            bench.compareAll();
        } finally {
            try (var files = Files.list(scratch)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(scratch);
        }
        System.exit(bench.same ? 0 : 1);
    }

    private void compareAll() throws IOException, InterruptedException {
        Disks.full(directory.resolve("full.raw"), length);
        run(List.of("qemu-img", "convert", "-O", "qcow2", "full.raw", "full.qcow2"));
        System.out.printf(
                Locale.ROOT,
                "%-26s %9s %9s %9s  %5s %5s  %5s %5s  %17s%n",
                "what",
                "cairn/s",
                "qemu/s",
                "nbdkit/s",
                "/qemu",
                "goal",
                "/kit",
                "goal",
                "cpu us a unit");
        compareServers("raw", List.of(NbdProgram.values()));
        compareServers("qcow2", List.of(NbdProgram.CAIRN, NbdProgram.QEMU_NBD));
        compareConvert();
    }

    private boolean isChosen(String name) {
        return chosen.isEmpty() || chosen.stream().anyMatch(name::startsWith);
    }

    // ---- servers

    private void compareServers(String format, List<NbdProgram> programs)
            throws IOException, InterruptedException {
        List<NbdLoad> loads =
                NbdLoad.all(length, isQuick).stream()
                        .filter(load -> isChosen(format + " " + load.name()))
                        .toList();
        if (loads.isEmpty()) {
            return;
        }
        List<NbdServerProcess> servers = new ArrayList<>();
        try {
            for (NbdProgram program : programs) {
                Path disk = directory.resolve(program + "." + format);
                Path full = directory.resolve("full." + format);
                Files.copy(full, disk, StandardCopyOption.REPLACE_EXISTING);
                servers.add(NbdServerProcess.start(program, launcher, disk, format));
            }
            checkReads(servers);
            for (NbdLoad load : loads) {
                compare(format + " " + load.name(), load, servers);
                if (load.writes()) {
                    checkWrites(format, servers);
                }
            }
            for (NbdServerProcess server : servers) {
                System.out.printf(
                        Locale.ROOT,
                        "%s %s: %d MB resident at most%n",
                        format,
                        server.program().title(),
                        server.peakBytes() >> 20);
            }
        } finally {
            for (NbdServerProcess server : servers) {
                server.close();
                Files.delete(server.disk());
            }
        }
    }

    private void compare(String name, NbdLoad load, List<NbdServerProcess> servers)
            throws IOException, InterruptedException {
        Map<NbdProgram, List<Double>> rates = new EnumMap<>(NbdProgram.class);
        Map<NbdProgram, List<Double>> cpus = new EnumMap<>(NbdProgram.class);
        String full = directory.resolve("full.raw").toString();
        for (int round = 0; round <= rounds; round++) {
            for (int i = 0; i < servers.size(); i++) {
                NbdServerProcess server = servers.get((i + round) % servers.size());
                double before = server.cpuSeconds();
                Run run = run(load.command(server.uri(), full));
                double cpu = server.cpuSeconds() - before;
                if (round > 0) {
                    rates.computeIfAbsent(server.program(), _ -> new ArrayList<>())
                            .add(load.rate(run));
                    cpus.computeIfAbsent(server.program(), _ -> new ArrayList<>())
                            .add(cpu * 1e6 / load.units());
                }
            }
        }
        double ours = median(rates, NbdProgram.CAIRN);
        double qemu = median(rates, NbdProgram.QEMU_NBD);
        double nbdkit = median(rates, NbdProgram.NBDKIT);
        System.out.printf(
                Locale.ROOT,
                "%-26s %9.0f %9.0f %9.0f  %5.2f %5.1f  %5.2f %5.1f  %5.1f %5.1f %5.1f%n",
                name,
                ours,
                qemu,
                nbdkit,
                ours / qemu,
                load.overQemu(),
                nbdkit == 0 ? 0 : ours / nbdkit,
                nbdkit == 0 ? 0 : load.overNbdkit(),
                median(cpus, NbdProgram.CAIRN),
                median(cpus, NbdProgram.QEMU_NBD),
                median(cpus, NbdProgram.NBDKIT));
    }

    private static double median(Map<NbdProgram, List<Double>> values, NbdProgram program) {
        List<Double> sorted = values.getOrDefault(program, List.of()).stream().sorted().toList();
        return sorted.isEmpty() ? 0 : sorted.get(sorted.size() / 2);
    }

    /// All serve what the disk holds.
    private void checkReads(List<NbdServerProcess> servers)
            throws IOException, InterruptedException {
        Path out = directory.resolve("read.out");
        for (NbdServerProcess server : servers) {
            run(List.of("nbdcopy", server.uri(), out.toString()));
            if (Files.mismatch(out, directory.resolve("full.raw")) >= 0) {
                report(server.program().title() + " GAVE OTHER DATA");
            }
            Files.delete(out);
        }
    }

    /// All hold the same after the same writes.
    private void checkWrites(String format, List<NbdServerProcess> servers)
            throws IOException, InterruptedException {
        Path first = servers.getFirst().disk();
        for (NbdServerProcess server : servers.subList(1, servers.size())) {
            List<String> compare = new ArrayList<>(List.of("qemu-img", "compare", "-q", "-U"));
            compare.addAll(List.of("-f", format, "-F", format));
            // What a server still holds of its metadata is in the file after a flush.
            flush(servers.getFirst());
            flush(server);
            compare.addAll(List.of(first.toString(), server.disk().toString()));
            if (Run.of(compare, directory).status() != 0) {
                report(server.program().title() + " HOLDS OTHER DATA");
            }
        }
    }

    private void flush(NbdServerProcess server) throws IOException, InterruptedException {
        run(List.of("qemu-io", "-f", "raw", "-c", "flush", server.uri()));
    }

    private void report(String difference) {
        System.out.println(difference);
        same = false;
    }

    // ---- convert

    /// Converts from and to a server by our tool and by qemu-img.
    private void compareConvert() throws IOException, InterruptedException {
        for (NbdProgram program : List.of(NbdProgram.QEMU_NBD, NbdProgram.CAIRN)) {
            if (!isChosen("convert")) {
                continue;
            }
            Path disk = directory.resolve("served.raw");
            Files.copy(directory.resolve("full.raw"), disk, StandardCopyOption.REPLACE_EXISTING);
            try (NbdServerProcess server = NbdServerProcess.start(program, launcher, disk, "raw")) {
                compareConvert("convert from " + program.title(), server.uri(), "convert.out");
                checkSame(directory.resolve("convert.out"));
                compareConvert("convert to " + program.title(), "full.raw", server.uri());
                checkSame(disk);
            }
            Files.delete(disk);
        }
    }

    private void compareConvert(String name, String from, String to)
            throws IOException, InterruptedException {
        List<Double> theirs = new ArrayList<>();
        List<Double> ours = new ArrayList<>();
        List<String> arguments = List.of("convert", "-n", "-f", "raw", "-O", "raw", from, to);
        if (!to.startsWith("nbd")) {
            Files.copy(
                    directory.resolve("full.raw"),
                    directory.resolve(to),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        for (int i = 0; i < 2 * (rounds + 1); i++) {
            boolean isOurs = (i & 1) == ((i >> 1) & 1);
            List<String> command =
                    new ArrayList<>(isOurs ? List.of(launcher, "img") : List.of("qemu-img"));
            command.addAll(arguments);
            double seconds = run(command).seconds();
            if (i > 1) {
                (isOurs ? ours : theirs).add(seconds);
            }
        }
        double peer = theirs.stream().sorted().toList().get(rounds / 2);
        double mine = ours.stream().sorted().toList().get(rounds / 2);
        System.out.printf(
                Locale.ROOT,
                "%-26s %8.3fs %8.3fs %9s  %5.2f %5.1f%n",
                name,
                mine,
                peer,
                "",
                peer / mine,
                1.2);
    }

    private void checkSame(Path result) throws IOException {
        if (Files.mismatch(result, directory.resolve("full.raw")) >= 0) {
            report(result.getFileName() + " HOLDS OTHER DATA");
        }
    }

    private Run run(List<String> command) throws IOException, InterruptedException {
        Run run = Run.of(command, directory);
        if (run.status() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
        return run;
    }
}
