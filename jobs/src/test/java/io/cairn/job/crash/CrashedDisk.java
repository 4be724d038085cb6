package io.cairn.job.crash;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.FollowPolicy;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.job.image.CreateImage;
import io.cairn.job.image.CreateRequest;
import io.cairn.protocol.ProtocolDrivers;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// A chain of three images, `n0` below `n1` below `n2`, and an image `t`, in files: what a process
/// works on that is killed.
final class CrashedDisk {
    static final int BLOCK = 4096;
    static final int BLOCKS = 4096;

    /// The deepest image holds data in one of so many blocks; each overlay in half as many.
    private static final int STEP = 16;

    /// The images.
    static final List<String> NAMES = List.of("n0", "n1", "n2", "t");

    private final Path directory;

    CrashedDisk(Path directory) {
        this.directory = directory;
    }

    static BlockGraph newGraph() {
        return new BlockGraph(
                new DriverRegistry(
                        List.of(new FormatDrivers(), new FilterDrivers(), new ProtocolDrivers())),
                FollowPolicy.EVERYTHING);
    }

    private String file(String name) {
        return directory.resolve(name).toString();
    }

    /// Makes the images; each of the chain holds data in a part of its blocks.
    void create() throws BlockException {
        BlockGraph graph = newGraph();
        create(graph, "n0", null);
        create(graph, "n1", "n0");
        create(graph, "n2", "n1");
        create(graph, "t", null);
        for (int i = 0; i < 3; i++) {
            BlockNode node = open(graph, "n" + i);
            try (BlockBackend disk =
                    graph.newBackend("", node, Permissions.of(Permission.WRITE), Permissions.ALL)) {
                for (int block = 0; block < BLOCKS; block += STEP << i) {
                    disk.write((long) block * BLOCK, content(initial(i)), WriteFlags.NONE);
                }
            }
            graph.remove(node.name());
        }
    }

    private void create(BlockGraph graph, String name, @Nullable String backing)
            throws BlockException {
        CreateRequest request = CreateRequest.of(file(name), "qcow2", (long) BLOCKS * BLOCK);
        CreateImage.prepare(
                        graph,
                        backing == null ? request : request.withBacking(file(backing), "qcow2"))
                .run();
    }

    /// Opens an image, and those that it stands on, for writing.
    BlockNode open(BlockGraph graph, String name) throws BlockException {
        Options options = new Options().put("driver", "qcow2").put("node-name", name);
        return graph.add(
                new OpenRequest(
                        file(name), options, NodeFlags.READ_ONLY.withReadOnly(false), true));
    }

    /// What an image of the chain holds at first where it holds anything; less than any sequence
    /// number of a write.
    private static long initial(int image) {
        return -1L - image;
    }

    /// What the chain shows at first.
    static long initialAt(int block) {
        for (int i = 2; i >= 0; i--) {
            if (block % (STEP << i) == 0) {
                return initial(i);
            }
        }
        return 0;
    }

    /// A block that says which write it comes from.
    static ByteBuffer content(long sequence) {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        while (block.hasRemaining()) {
            block.putLong(sequence);
        }
        return block.flip();
    }
}
