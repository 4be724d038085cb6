package io.cairn.bench;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/// Shows what filters that only pass requests on cost: random reads of 4 KiB of a file in the page
/// cache, plain and through each filter in turn, and the nanoseconds that a layer takes on null-co.
///
///     FilterCost DIRECTORY [ROUNDS]
///
/// `DIRECTORY` takes a scratch file of 64 MB, which is removed. All disks are open together and
/// their turns alternate, so that all run the same compiled code on the same machine state; the
/// rounds of the first quarter are not counted. With each ratio stands the share of rounds in which
/// it was below 1.03.
public final class FilterCost {
    private static final int READ = 4096;
    private static final int FILE_LENGTH = 64 << 20;
    private static final int READS = 10_000;
    private static final int NULL_READS = 100_000;
    private static final int LAYERS = 5;

    private final BlockGraph graph =
            new BlockGraph(
                    new DriverRegistry(
                            List.of(
                                    new FormatDrivers(),
                                    new ProtocolDrivers(),
                                    new FilterDrivers())),
                    FollowPolicy.NOTHING);
    private final List<Disk> disks = new ArrayList<>();
    private final int rounds;

    /// A disk whose reads are timed.
    private static final class Disk {
        private final String name;
        private final BlockBackend backend;
        private final double[] nanos;

        Disk(String name, BlockBackend backend, int rounds) {
            this.name = name;
            this.backend = backend;
            this.nanos = new double[rounds];
        }

        /// Makes random reads, and keeps how long one took.
        void run(int round, int reads, ByteBuffer buffer) throws BlockException {
            Random random = new Random(round);
            int blocks = (int) (backend.length() / READ);
            long start = System.nanoTime();
            for (int i = 0; i < reads; i++) {
                backend.read((long) random.nextInt(blocks) * READ, buffer);
            }
            nanos[round] = (double) (System.nanoTime() - start) / reads;
        }
    }

    private FilterCost(int rounds) {
        this.rounds = rounds;
    }

    /// Measures and prints.
    public static void main(String[] arguments) throws IOException {
        if (arguments.length < 1) {
            System.err.println("usage: FilterCost DIRECTORY [ROUNDS]");
            System.exit(2);
        }
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 80;
        Path file = Files.createTempFile(Path.of(arguments[0]), "bench", ".raw");
        try {
            fill(file);
            new FilterCost(rounds).compareOnFile(file);
            new FilterCost(rounds).compareOnNull();
        } finally {
            Files.delete(file);
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] part = new byte[1 << 20];
        Random random = new Random(1);
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int done = 0; done < FILE_LENGTH; done += part.length) {
                random.nextBytes(part);
                out.write(part);
            }
        }
    }

    private void compareOnFile(Path file) throws BlockException {
        Options plain = new Options().put("driver", "file").put("filename", file.toString());
        open("plain", plain);
        graph.objects().add("throttle-group", "off", new Options());
        open("throttle", over("throttle", "file", plain).put("throttle-group", "off"));
        open("blkreplay", over("blkreplay", "image", plain));
        open("blkdebug", over("blkdebug", "image", plain));
        open("preallocate", over("preallocate", "file", plain));
        open("raw", over("raw", "file", plain));
        run(READS);
        System.out.println("4 KiB reads of a file in the page cache");
        for (Disk disk : disks) {
            report(disk, disks.getFirst());
        }
        close();
    }

    private void compareOnNull() throws BlockException {
        Options plain = new Options().put("driver", "null-co").put("size", FILE_LENGTH);
        open("null-co", plain);
        graph.objects().add("throttle-group", "off", new Options());
        Options throttles = plain;
        Options replays = plain;
        for (int i = 0; i < LAYERS; i++) {
            throttles = over("throttle", "file", throttles).put("throttle-group", "off");
            replays = over("blkreplay", "image", replays);
        }
        open("throttle", throttles);
        open("blkreplay", replays);
        run(NULL_READS);
        double base = median(disks.getFirst().nanos);
        System.out.printf(Locale.ROOT, "null-co alone: %.1f ns%n", base);
        for (Disk disk : disks.subList(1, disks.size())) {
            double layer = (median(disk.nanos) - base) / LAYERS;
            System.out.printf(Locale.ROOT, "a layer of %-10s %.1f ns%n", disk.name, layer);
        }
        close();
    }

    private static Options over(String driver, String child, Options below) {
        return new Options().put("driver", driver).putSub(child, new Options(below));
    }

    private void open(String name, Options options) throws BlockException {
        OpenRequest request =
                new OpenRequest(
                        null, new Options(options), NodeFlags.READ_ONLY.withReadOnly(true), true);
        BlockBackend backend =
                graph.open(request, Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
        disks.add(new Disk(name, backend, rounds));
    }

    /// Every disk has its turn in every round, and another one begins each.
    private void run(int reads) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(READ);
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < disks.size(); i++) {
                disks.get((i + round) % disks.size()).run(round, reads, buffer);
            }
        }
    }

    private void report(Disk disk, Disk plain) {
        int counted = 0;
        int within = 0;
        for (int i = rounds / 4; i < rounds; i++) {
            counted++;
            within += disk.nanos[i] < plain.nanos[i] * 1.03 ? 1 : 0;
        }
        System.out.printf(
                Locale.ROOT,
                "%-12s %7.1f ns  %.3f  (%d of %d rounds)%n",
                disk.name,
                median(disk.nanos),
                median(disk.nanos) / median(plain.nanos),
                within,
                counted);
    }

    private static double median(double[] all) {
        double[] counted = Arrays.copyOfRange(all, all.length / 4, all.length);
        Arrays.sort(counted);
        return counted[counted.length / 2];
    }

    private void close() {
        for (Disk disk : disks) {
            disk.backend.close();
        }
        graph.close();
    }
}
