package io.cairn.bench;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Workers;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Holds 1,000 connections to `cairn nbd` open and works on 64 more, and shows minute by minute what
/// memory the server has.
///
///     NbdEndurance LAUNCHER DIRECTORY [SECONDS]
///
/// Each busy client reads and writes blocks of its own and checks them. The heap is measured after a
/// collection (`jcmd`). The exit status is 1 if a client failed.
public final class NbdEndurance {
    private static final int IDLE = 1000;
    private static final int BUSY = 64;
    private static final int BLOCKS = 1024;
    private static final int DEFAULT_SECONDS = 600;
    private static final Pattern USED = Pattern.compile("total [0-9]+K, used ([0-9]+)K");

    private final LongAdder requests = new LongAdder();
    private volatile boolean isOver;

    private NbdEndurance() {}

    /// Runs the load for ten minutes, or the seconds given.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 2) {
            System.err.println("usage: NbdEndurance LAUNCHER DIRECTORY [SECONDS]");
            System.exit(2);
        }
        int seconds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : DEFAULT_SECONDS;
        Path disk = Files.createTempFile(Path.of(arguments[1]), "endurance", ".raw");
        String launcher = Path.of(arguments[0]).toAbsolutePath().toString();
        try {
            Disks.full(disk, (long) BUSY * BLOCKS * 4096);
            try (NbdServerProcess server =
                    NbdServerProcess.start(NbdProgram.CAIRN, launcher, disk, "raw")) {
                new NbdEndurance().run(server, seconds);
            }
        } finally {
            Files.delete(disk);
        }
    }

    private void run(NbdServerProcess server, int seconds)
            throws IOException, InterruptedException {
        List<NbdClient> idle = new ArrayList<>();
        try (Workers threads = Workers.virtual("bench:nbd")) {
            System.out.printf(
                    Locale.ROOT,
                    "%8s %12s %10s %10s %8s%n",
                    "seconds",
                    "requests",
                    "heap KB",
                    "RSS KB",
                    "threads");
            report(server, 0);
            for (int i = 0; i < IDLE; i++) {
                NbdClient client = new NbdClient(server.socket(), "");
                idle.add(client);
                client.read(i);
            }
            report(server, 0);
            for (int i = 0; i < BUSY; i++) {
                int number = i;
                threads.fork(() -> work(server.socket(), number));
            }
            long start = System.nanoTime();
            int step = Math.min(60, Math.max(1, seconds / 4));
            for (int at = step; at <= seconds; at += step) {
                long left = start + TimeUnit.SECONDS.toNanos(at) - System.nanoTime();
                TimeUnit.NANOSECONDS.sleep(left);
                report(server, at);
            }
            isOver = true;
            threads.join();
            for (int i = 0; i < IDLE; i++) {
                idle.get(i).read(i);
            }
            System.out.printf(Locale.ROOT, "%d KB resident at most%n", server.peakBytes() >> 10);
        } finally {
            for (NbdClient client : idle) {
                client.close();
            }
        }
    }

    private void work(Path socket, int number) throws BlockException {
        Random random = new Random(number);
        long[] written = new long[BLOCKS];
        try (NbdClient client = new NbdClient(socket, "")) {
            while (!isOver) {
                int block = random.nextInt(BLOCKS);
                long place = (long) number * BLOCKS + block;
                if (random.nextBoolean()) {
                    written[block] = random.nextLong() | 1;
                    client.write(place, written[block]);
                } else if (client.read(place) != written[block] && written[block] != 0) {
                    throw new BlockException(Errno.EIO, "block " + place + " holds other data");
                }
                requests.increment();
            }
        } catch (BlockException e) {
            throw e;
        } catch (IOException e) {
            throw new BlockException(Errno.EIO, "client " + number + ": " + e.getMessage());
        }
    }

    private void report(NbdServerProcess server, int seconds)
            throws IOException, InterruptedException {
        long heap = heapKilobytes(server.pid());
        System.out.printf(
                Locale.ROOT,
                "%8d %12d %10d %10s %8s%n",
                seconds,
                requests.sum(),
                heap,
                status(server.pid(), "VmRSS"),
                status(server.pid(), "Threads"));
    }

    private static String status(long pid, String field) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith(field + ":")) {
                return line.replaceAll("\\D", "");
            }
        }
        return "?";
    }

    /// What is alive on the server's heap.
    private static long heapKilobytes(long pid) throws IOException, InterruptedException {
        jcmd(pid, "GC.run");
        Matcher used = USED.matcher(jcmd(pid, "GC.heap_info"));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
        }
        return sum;
    }

    private static String jcmd(long pid, String command) throws IOException, InterruptedException {
        Path program = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        Process process =
                new ProcessBuilder(program.toString(), Long.toString(pid), command)
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}
