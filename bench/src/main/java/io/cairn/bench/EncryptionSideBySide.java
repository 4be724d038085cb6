package io.cairn.bench;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Compares encryption with the peers' libraries in the same run: AES-256-XTS in requests of 64 KiB
/// with `openssl speed`, and opening volumes that `cryptsetup` has made with `cryptsetup open
/// --test-passphrase`, both in a process that has done so before and as a whole process.
///
///     EncryptionSideBySide LAUNCHER DIRECTORY
///
/// `LAUNCHER` is this checkout's `cairn`; `DIRECTORY` takes some small files, which are removed. A
/// ratio is the peer's time to ours: above 1 we are faster.
public final class EncryptionSideBySide {
    private static final int REQUEST = 64 << 10;
    private static final int REQUESTS = 20_000;
    private static final int ROUNDS = 5;
    private static final String PASSPHRASE = "passphrase";
    private static final Pattern SPEED = Pattern.compile("(?m)^\\+F:.*:([0-9.]+)$");

    private final String launcher;
    private final Path directory;
    private final Path key;
    private final BlockGraph graph =
            new BlockGraph(
                    new DriverRegistry(List.of(new FormatDrivers(), new ProtocolDrivers())),
                    FollowPolicy.NOTHING);

    private EncryptionSideBySide(String launcher, Path directory) throws IOException {
        this.launcher = launcher;
        this.directory = directory;
        key = Files.writeString(directory.resolve("key"), PASSPHRASE);
        graph.objects().add("secret", "s", new Options().put("data", PASSPHRASE));
    }

    /// Compares.
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 2) {
            System.err.println("usage: EncryptionSideBySide LAUNCHER DIRECTORY");
            System.exit(2);
        }
        Path scratch = Files.createTempDirectory(Path.of(arguments[1]), "bench");
        try {
            String launcher = Path.of(arguments[0]).toAbsolutePath().toString();
            new EncryptionSideBySide(launcher, scratch).compareAll();
        } finally {
            try (var files = Files.list(scratch)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(scratch);
        }
    }

    private void compareAll() throws IOException, InterruptedException {
        show("what", "peer", "ours", "ratio", "goal");
        Path volume =
                volume("xts", "luks1", "--pbkdf-force-iterations", "1000", "--key-size", "512");
        compareCipher(volume, true);
        compareCipher(volume, false);
        compareOpening(
                "PBKDF2, 2,000,000",
                volume("pbkdf2", "luks1", "--pbkdf-force-iterations", "2000000"),
                1 / 1.2,
                1 / 2.0);
        compareOpening(
                "argon2id, 256 MiB, 2 lanes",
                volume(
                        "argon2id",
                        "luks2",
                        "--pbkdf",
                        "argon2id",
                        "--pbkdf-memory",
                        "262144",
                        "--pbkdf-parallel",
                        "2",
                        "--pbkdf-force-iterations",
                        "4"),
                1 / 3.0,
                0);
    }

    /// Has cryptsetup make a volume.
    private Path volume(String name, String type, String... options)
            throws IOException, InterruptedException {
        Path volume = directory.resolve(name);
        Files.write(volume, new byte[32 << 20]);
        List<String> command = new ArrayList<>();
        command.addAll(List.of("cryptsetup", "-q", "luksFormat", "--type", type));
        command.addAll(List.of(options));
        command.addAll(List.of("--key-file", key.toString(), volume.toString()));
        run(command);
        return volume;
    }

    private Run run(List<String> command) throws IOException, InterruptedException {
        Run run = Run.of(command, directory);
        if (run.status() != 0) {
            throw new IOException(String.join(" ", command) + " failed");
        }
        return run;
    }

    /// Requests to a volume whose payload is nowhere, so that nothing but the cipher takes time.
    private void compareCipher(Path volume, boolean encrypts)
            throws IOException, InterruptedException {
        Options payload =
                new Options().put("driver", "null-co").put("size", Long.toString(1L << 30));
        Options options =
                new Options()
                        .put("driver", "luks")
                        .put("key-secret", "s")
                        .putSub("header", file(volume))
                        .putSub("file", payload);
        double[] peer = new double[ROUNDS];
        double[] ours = new double[ROUNDS];
        ByteBuffer buffer = ByteBuffer.allocateDirect(REQUEST);
        try (BlockBackend disk = open(options)) {
            requests(disk, encrypts, buffer);
            for (int i = 0; i < ROUNDS; i++) {
                peer[i] = opensslSeconds(encrypts);
                ours[i] = requests(disk, encrypts, buffer);
            }
        }
        String name = "AES-256-XTS " + (encrypts ? "encryption" : "decryption");
        double bytes = (double) REQUEST * REQUESTS;
        show(
                name,
                String.format(Locale.ROOT, "%.2f GB/s", bytes / median(peer) / 1e9),
                String.format(Locale.ROOT, "%.2f GB/s", bytes / median(ours) / 1e9),
                median(peer) / median(ours),
                0.5);
    }

    /// The seconds that as many requests take.
    private static double requests(BlockBackend disk, boolean encrypts, ByteBuffer buffer)
            throws BlockException {
        long start = System.nanoTime();
        for (int i = 0; i < REQUESTS; i++) {
            long offset = (long) i % 1024 * REQUEST;
            if (encrypts) {
                disk.write(offset, buffer, WriteFlags.NONE);
            } else {
                disk.read(offset, buffer);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }

    /// The seconds that as many requests take by the library's own measurement.
    private double opensslSeconds(boolean encrypts) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        "sh",
                        "-c",
                        "exec \"$@\" 2>/dev/null",
                        "sh",
                        "openssl",
                        "speed",
                        "-elapsed",
                        "-seconds",
                        "1",
                        "-mr",
                        "-bytes",
                        Integer.toString(REQUEST),
                        "-evp",
                        "aes-256-xts"));
        if (!encrypts) {
            command.add("-decrypt");
        }
        Matcher speed = SPEED.matcher(run(command).output());
        if (!speed.find()) {
            throw new IOException("openssl speed tells no speed");
        }
        return (double) REQUEST * REQUESTS / Double.parseDouble(speed.group(1));
    }

    private void compareOpening(String name, Path volume, double warmGoal, double wholeGoal)
            throws IOException, InterruptedException {
        Options options =
                new Options()
                        .put("driver", "luks")
                        .put("key-secret", "s")
                        .putSub("file", file(volume));
        List<String> theirs =
                List.of(
                        "cryptsetup",
                        "open",
                        "--test-passphrase",
                        "--key-file",
                        key.toString(),
                        volume.toString());
        List<String> whole =
                List.of(
                        launcher,
                        "io",
                        "--object",
                        "secret,id=s,file=" + key,
                        "-c",
                        "read -q 0 4k",
                        "--image-opts",
                        "driver=luks,key-secret=s,file.filename=" + volume);
        double[] peer = new double[ROUNDS];
        double[] warm = new double[ROUNDS];
        double[] process = new double[ROUNDS];
        open(options).close();
        for (int i = 0; i < ROUNDS; i++) {
            peer[i] = run(theirs).seconds();
            long start = System.nanoTime();
            open(options).close();
            warm[i] = (System.nanoTime() - start) / 1e9;
            process[i] = run(whole).seconds();
        }
        show(name + ", warm", median(peer), median(warm), warmGoal);
        show(name + ", process", median(peer), median(process), wholeGoal);
    }

    private static Options file(Path file) {
        return new Options().put("driver", "file").put("filename", file.toString());
    }

    private BlockBackend open(Options options) throws BlockException {
        OpenRequest request =
                new OpenRequest(
                        null, new Options(options), NodeFlags.READ_ONLY.withReadOnly(false), true);
        return graph.open(
                request,
                Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
                Permissions.ALL);
    }

    private static void show(String name, double peer, double ours, double goal) {
        show(
                name,
                String.format(Locale.ROOT, "%.3f s", peer),
                String.format(Locale.ROOT, "%.3f s", ours),
                peer / ours,
                goal);
    }

    private static void show(String name, String peer, String ours, double ratio, double goal) {
        show(
                name,
                peer,
                ours,
                String.format(Locale.ROOT, "%.2f", ratio),
                goal == 0 ? "" : String.format(Locale.ROOT, "%.2f", goal));
    }

    private static void show(String name, String peer, String ours, String ratio, String goal) {
        System.out.printf(Locale.ROOT, "%-36s %12s %12s %6s %6s%n", name, peer, ours, ratio, goal);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
