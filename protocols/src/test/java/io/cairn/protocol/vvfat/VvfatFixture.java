package io.cairn.protocol.vvfat;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.testimages.PeerPrograms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Opens directories as disks, and moves disks to images and back.
final class VvfatFixture implements AutoCloseable {
    private static final int CHUNK = 1 << 20;
    private static final ByteBuffer ZEROES = ByteBuffer.allocateDirect(CHUNK);
    private static final NodeFlags WRITABLE = NodeFlags.READ_ONLY.withReadOnly(false);

    final BlockGraph graph = new BlockGraph(new DriverRegistry(List.of(new ProtocolDrivers())));

    static Options options(Path directory) {
        return new Options().put("driver", "vvfat").put("dir", directory.toString());
    }

    BlockBackend open(Options options) throws BlockException {
        OpenRequest request = new OpenRequest(null, options, NodeFlags.READ_ONLY, true);
        return graph.open(request, Permissions.of(Permission.CONSISTENT_READ), Permissions.ALL);
    }

    BlockBackend openForWriting(Options options) throws BlockException {
        OpenRequest request = new OpenRequest(null, options.put("rw", true), WRITABLE, true);
        return graph.open(
                request,
                Permissions.of(Permission.CONSISTENT_READ, Permission.WRITE),
                Permissions.ALL);
    }

    /// What the disk shows, as {@link FatReader} reads it.
    Map<String, String> shown(Options options) throws BlockException {
        boolean floppy = options.get("floppy") != null;
        try (BlockBackend disk = open(options)) {
            return new FatReader(disk, floppy).tree();
        }
    }

    /// What a directory of the host holds, in the same form.
    static Map<String, String> hosted(Path directory) throws IOException {
        Map<String, String> tree = new TreeMap<>();
        try (var all = Files.walk(directory)) {
            all.forEach(path -> {
                String name = directory.relativize(path).toString();
                try {
                    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                        tree.put(name, FatReader.describe(Files.readAllBytes(path)));
                    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
                            && !name.isEmpty()) {
                        tree.put(name + "/", "");
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return tree;
    }

    /// Copies a disk into an image; what is zero stays a hole.
    static void dump(BlockBackend disk, Path image) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        long length = disk.length();
        try (FileChannel out =
                FileChannel.open(image, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < length; at += CHUNK) {
                buffer.clear().limit((int) Math.min(CHUNK, length - at));
                disk.read(at, buffer);
                writePiece(out, at, buffer, at + CHUNK >= length);
            }
        }
    }

    /// Writes what is not zero, and the end of the file.
    private static void writePiece(FileChannel out, long at, ByteBuffer buffer, boolean isLast)
            throws IOException {
        ByteBuffer zeroes = ZEROES.slice(0, buffer.limit());
        if (isLast || buffer.mismatch(zeroes) >= 0) {
            out.write(buffer.duplicate(), at);
        }
    }

    /// Reads up to the buffer's limit and sets its position back.
    private static void fill(ByteBuffer buffer, FileChannel in, long offset) throws IOException {
        while (buffer.hasRemaining()) {
            if (in.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("the image is too short");
            }
        }
        buffer.flip();
    }

    /// Writes those sectors of an image onto a disk that are not on it already.
    static void load(Path image, BlockBackend disk) throws IOException {
        ByteBuffer ours = ByteBuffer.allocateDirect(CHUNK);
        ByteBuffer theirs = ByteBuffer.allocateDirect(CHUNK);
        long length = disk.length();
        try (FileChannel in = FileChannel.open(image)) {
            for (long at = 0; at < length; at += CHUNK) {
                int count = (int) Math.min(CHUNK, length - at);
                fill(theirs.clear().limit(count), in, at);
                ours.clear().limit(count);
                disk.read(at, ours);
                for (int s = 0; s < count; s += 512) {
                    ByteBuffer sector = theirs.slice(s, 512);
                    if (!sector.equals(ours.slice(s, 512))) {
                        disk.write(at + s, sector, WriteFlags.NONE);
                    }
                }
            }
        }
    }

    /// Runs a program and returns what it prints.
    static String run(String... command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("MTOOLS_SKIP_CHECK", "1");
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor()).as(String.join(" ", command) + "\n" + out).isZero();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return out;
    }

    static void assumeInstalled(String... programs) {
        PeerPrograms.require(programs);
    }

    /// A program's path, looked for where superusers have theirs too.
    private static String program(String name) {
        for (String directory : (System.getenv("PATH") + ":/usr/sbin:/sbin").split(":", -1)) {
            Path path = Path.of(directory, name);
            if (Files.isExecutable(path)) {
                return path.toAbsolutePath().toString();
            }
        }
        return name;
    }

    /// Has `fsck.fat` look at the volume in an image; it may not complain.
    static void assertSound(Path image, boolean floppy, Path scratch) throws IOException {
        assumeInstalled("fsck.fat");
        Path volume = scratch.resolve("volume.raw");
        long start = floppy ? 0 : 63 * 512;
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK);
        try (FileChannel in = FileChannel.open(image);
                FileChannel out =
                        FileChannel.open(
                                volume, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            long length = in.size() - start;
            for (long at = 0; at < length; at += CHUNK) {
                fill(buffer.clear().limit((int) Math.min(CHUNK, length - at)), in, start + at);
                writePiece(out, at, buffer, at + CHUNK >= length);
            }
        }
        String said = run(program("fsck.fat"), "-n", "-v", volume.toString());
        assertThat(said.lines().skip(1).filter(line -> !line.startsWith(volume.toString())))
                .noneMatch(line -> line.startsWith("/") || line.contains("Reclaim"))
                .noneMatch(line -> line.contains("differ") || line.contains("Warning"))
                .noneMatch(line -> line.contains("unchanged") || line.contains("rong"));
        Files.delete(volume);
    }

    /// The drive of an image, as mtools name it.
    static String drive(Path image, boolean floppy) {
        return floppy ? image.toString() : image + "@@32256";
    }

    @Override
    public void close() {
        graph.close();
    }
}
