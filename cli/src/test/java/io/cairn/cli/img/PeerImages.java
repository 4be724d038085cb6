package io.cairn.cli.img;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Images of all kinds, made by the reference programs.
final class PeerImages {
    private static final int L1_OFFSET_FIELD = 40;
    private static final int REFCOUNT_TABLE_FIELD = 48;

    private final Path folder;

    private PeerImages(Path folder) {
        this.folder = folder;
    }

    /// Makes the images in a folder.
    static void make(Path folder) throws IOException {
        new PeerImages(folder).make();
    }

    private void make() throws IOException {
        create("r.raw", "raw", "", "1M");
        write("r.raw", "raw", "write 64k 64k");
        Files.createFile(folder.resolve("empty.raw"));
        Files.writeString(folder.resolve("small.raw"), "hello");

        create("q.qcow2", "qcow2", "", "10M");
        write("q.qcow2", "qcow2", "write 0 1M", "write 3M 1M", "write -z 5M 64k");
        create("v2.qcow2", "qcow2", "compat=0.10", "1M");
        create("v2small.qcow2", "qcow2", "compat=0.10,cluster_size=512", "100000");
        write("v2small.qcow2", "qcow2", "write 1000 30000");
        create("fine.qcow2", "qcow2", "cluster_size=4k,refcount_bits=1", "3M");
        write("fine.qcow2", "qcow2", "write 1M 100k", "write 2M 4k");
        create("coarse.qcow2", "qcow2", "cluster_size=2M,refcount_bits=64", "30M");
        write("coarse.qcow2", "qcow2", "write 4M 1M");
        create("lazy.qcow2", "qcow2", "lazy_refcounts=on,compression_type=zstd", "1M");
        create("full.qcow2", "qcow2", "preallocation=metadata", "4M");
        create("none.qcow2", "qcow2", "", "0");
        run("qemu-img", "convert", "-c", "-O", "qcow2", at("q.qcow2"), at("packed.qcow2"));
        run(
                "qemu-img",
                "convert",
                "-c",
                "-O",
                "qcow2",
                "-o",
                "compression_type=zstd",
                at("q.qcow2"),
                at("zstd.qcow2"));
        chain();
        snapshots();
        damaged();
    }

    private void chain() throws IOException {
        create("base.qcow2", "qcow2", "", "8M");
        write("base.qcow2", "qcow2", "write 0 1M", "write -z 2M 1M");
        run(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                "base.qcow2",
                "-F",
                "qcow2",
                at("top.qcow2"),
                "10M");
        write("top.qcow2", "qcow2", "write 512k 64k", "write 3M 128k", "write -z 4M 64k");
        run(
                "qemu-img",
                "create",
                "-q",
                "-f",
                "qcow2",
                "-b",
                "r.raw",
                "-F",
                "raw",
                at("overraw.qcow2"));
        write("overraw.qcow2", "qcow2", "write 512k 4k");
        unchecked("lost.qcow2", "gone.qcow2");
        unchecked("loop.qcow2", "loop.qcow2");
    }

    private void unchecked(String name, String backing) throws IOException {
        create(name, "qcow2", "", "1M");
        run("qemu-img", "rebase", "-u", "-b", backing, "-F", "qcow2", at(name));
    }

    private void snapshots() throws IOException {
        create("snap.qcow2", "qcow2", "", "4M");
        write("snap.qcow2", "qcow2", "write 0 128k");
        run("qemu-img", "snapshot", "-c", "first", at("snap.qcow2"));
        write("snap.qcow2", "qcow2", "write 64k 128k");
        run("qemu-img", "snapshot", "-c", "a second one with a long name", at("snap.qcow2"));
        run("qemu-img", "bitmap", "--add", at("snap.qcow2"), "b0");
    }

    private void damaged() throws IOException {
        copy("q.qcow2", "leaky.qcow2");
        try (RandomAccessFile file = open("leaky.qcow2")) {
            file.setLength(5 << 20);
            setRefcount(file, 60, 1);
            setRefcount(file, 61, 2);
        }
        copy("leaky.qcow2", "corrupt.qcow2");
        try (RandomAccessFile file = open("corrupt.qcow2")) {
            setRefcount(file, 10, 0);
        }
        copy("q.qcow2", "uncounted.qcow2");
        try (RandomAccessFile file = open("uncounted.qcow2")) {
            file.seek(longAt(file, REFCOUNT_TABLE_FIELD));
            file.writeLong(0);
        }
        copy("q.qcow2", "lostl2.qcow2");
        try (RandomAccessFile file = open("lostl2.qcow2")) {
            file.seek(longAt(file, L1_OFFSET_FIELD));
            file.writeLong(1L << 63 | 0x7fff0000000000L);
        }
        Files.write(folder.resolve("header.qcow2"), new byte[] {'Q', 'F', 'I', -5, 0, 0, 0, 3});
        byte[] sound = Files.readAllBytes(folder.resolve("v2.qcow2"));
        Files.write(folder.resolve("cut.qcow2"), java.util.Arrays.copyOf(sound, 80));
        copy("q.qcow2", "future.qcow2");
        try (RandomAccessFile file = open("future.qcow2")) {
            file.seek(72);
            file.writeLong(1L << 40);
        }
    }

    private RandomAccessFile open(String name) throws IOException {
        return new RandomAccessFile(folder.resolve(name).toFile(), "rw");
    }

    private static long longAt(RandomAccessFile file, long offset) throws IOException {
        file.seek(offset);
        return file.readLong();
    }

    private static void setRefcount(RandomAccessFile file, long cluster, int count)
            throws IOException {
        long table = longAt(file, REFCOUNT_TABLE_FIELD);
        file.seek(longAt(file, table) + 2 * cluster);
        file.writeShort(count);
    }

    private void copy(String from, String to) throws IOException {
        Files.copy(folder.resolve(from), folder.resolve(to));
    }

    private void create(String name, String format, String options, String size)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("qemu-img", "create", "-q", "-f", format));
        if (!options.isEmpty()) {
            command.addAll(List.of("-o", options));
        }
        command.addAll(List.of(at(name), size));
        run(command.toArray(String[]::new));
    }

    private void write(String name, String format, String... commands) throws IOException {
        List<String> command = new ArrayList<>(List.of("qemu-io", "-f", format));
        for (String each : commands) {
            command.add("-c");
            command.add(each);
        }
        command.add(at(name));
        run(command.toArray(String[]::new));
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    /// Runs a line of the shell in a folder.
    static void shell(Path folder, String line) throws IOException {
        finish(new ProcessBuilder("sh", "-c", line).directory(folder.toFile()));
    }

    private static void run(String... command) throws IOException {
        finish(new ProcessBuilder(command));
    }

    private static void finish(ProcessBuilder command) throws IOException {
        Process process =
                command.redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (process.waitFor() != 0) {
                throw new IOException("failed: " + String.join(" ", command.command()));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
