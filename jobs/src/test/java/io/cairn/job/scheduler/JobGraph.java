package io.cairn.job.scheduler;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.BlockNode;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.JsonNull;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckRequest;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Named nodes in memory, with a scheduler, for tests of jobs.
public final class JobGraph implements AutoCloseable {
    /// The length of every image.
    public static final int LENGTH = 4 << 20;

    private final TestGraph images =
            new TestGraph(
                    new MemoryHost(),
                    new FormatDrivers(),
                    new FilterDrivers(),
                    new ProtocolDrivers());

    /// Events of the jobs.
    public final EventLog log = new EventLog();

    /// The scheduler of the jobs.
    public final JobScheduler scheduler = new JobScheduler(log);

    public BlockGraph graph() {
        return images.graph();
    }

    public MemoryHost host() {
        return images.host();
    }

    /// The node of that name.
    public BlockNode node(String name) {
        return graph().find(name).orElseThrow();
    }

    /// Makes a qcow2 image and its node.
    public BlockNode image(String name) throws BlockException {
        images.create("qcow2", name, new Options().put("size", Integer.toString(LENGTH)));
        return add(name, new Options());
    }

    /// Makes a raw image and its node.
    public BlockNode raw(String name, int length) throws BlockException {
        host().put(name, new MemoryStorage(new byte[length]));
        return open("raw", name, new Options());
    }

    /// Makes a qcow2 image over another node, and its node.
    public BlockNode overlay(String name, String backing) throws BlockException {
        createOverlay(name, backing, "64K");
        return add(name, new Options().put("backing", backing));
    }

    /// Makes a qcow2 image over another node.
    public void createOverlay(String name, String backing, String clusterSize)
            throws BlockException {
        images.create(
                "qcow2",
                name,
                new Options()
                        .put("size", Integer.toString(LENGTH))
                        .put("cluster_size", clusterSize)
                        .put("backing_file", "mem:" + backing)
                        .put("backing_fmt", "qcow2"));
    }

    /// Makes a qcow2 image over another node, and its node, whose file is a blkdebug node `d`.
    public BlockNode debuggedOverlay(String name, String backing) throws BlockException {
        createOverlay(name, backing, "64K");
        Options options =
                new Options()
                        .put("driver", "qcow2")
                        .put("node-name", name)
                        .put("backing", backing)
                        .put("file.driver", "blkdebug")
                        .put("file.node-name", "d")
                        .put("file.image.driver", MemoryHost.DRIVER)
                        .put("file.image.filename", name);
        return graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    /// Makes a quorum of two nodes.
    public BlockNode quorum(String name, String first, String second) throws BlockException {
        Options options =
                new Options()
                        .put("driver", "quorum")
                        .put("node-name", name)
                        .put("vote-threshold", "1")
                        .put("children.0", first)
                        .put("children.1", second);
        return graph().add(new OpenRequest(null, options, TestGraph.WRITABLE, true));
    }

    private BlockNode add(String name, Options options) throws BlockException {
        return open("qcow2", name, options);
    }

    /// Opens an image that is there.
    public BlockNode open(String driver, String name, Options options) throws BlockException {
        return graph().add(
                        new OpenRequest(
                                "mem:" + name,
                                new Options(options).put("driver", driver).put("node-name", name),
                                TestGraph.WRITABLE,
                                true));
    }

    /// A chain of three, `n0` below `n1` below `n2`, with data in all of them.
    public void chain(long seed) throws BlockException {
        image("n0");
        fill("n0", seed);
        overlay("n1", "n0");
        fill("n1", seed + 1);
        overlay("n2", "n1");
        fill("n2", seed + 2);
    }

    /// Writes random data to some places.
    public void fill(String name, long seed) throws BlockException {
        Random random = new Random(seed);
        ByteBuffer buffer = ByteBuffer.allocateDirect(256 << 10);
        try (BlockBackend disk = guest(name)) {
            for (int i = 0; i < 6; i++) {
                byte[] bytes = new byte[512 * (1 + random.nextInt(512))];
                random.nextBytes(bytes);
                long offset = 512L * random.nextInt((LENGTH - bytes.length) / 512);
                disk.write(
                        offset,
                        buffer.duplicate().limit(bytes.length).put(0, bytes),
                        WriteFlags.NONE);
            }
            disk.flush();
        }
    }

    /// Has a request of one of the chain's files or of the target `t` fail, once.
    void failOnce(Random random) {
        String name = List.of("n0", "n1", "n2", "t").get(random.nextInt(4));
        Errno errno = random.nextBoolean() ? Errno.EIO : Errno.ENOSPC;
        host().get(name).failAfter(random.nextInt(40), errno);
    }

    /// Has no request fail any more.
    void heal() {
        for (String name : List.of("n0", "n1", "n2", "t")) {
            host().get(name).heal();
        }
    }

    /// Checks all images; clusters may have leaked.
    void requireSound() throws BlockException {
        for (String name : List.of("n0", "n1", "n2", "t")) {
            List<String> findings = new ArrayList<>();
            BlockNode node = graph().find(name).orElse(null);
            if (node == null) {
                continue;
            }
            CheckResult result =
                    node.driverInstance().check(new CheckRequest(false, false, findings::add));
            if (result.corruptions() + result.checkErrors() > 0) {
                throw new AssertionError(name + ": " + findings);
            }
        }
    }

    /// What an image would hold if the process ended now, by itself and without a backing file.
    public byte[] contentAfterCrash(String name) throws BlockException {
        String copy = name + "-crashed";
        host().put(copy, new MemoryStorage(host().get(name).content()));
        open("qcow2", copy, new Options().put("backing", JsonNull.NULL));
        return content(copy);
    }

    /// A front end on a node.
    public BlockBackend guest(String name) throws BlockException {
        return graph().newBackend(
                        "", node(name), Permissions.ALL.minus(Permission.RESIZE), Permissions.ALL);
    }

    /// A user of a node that asks for nothing and lets others do everything.
    public BlockBackend reader(String name) throws BlockException {
        return graph().newBackend("", node(name), Permissions.NONE, Permissions.ALL);
    }

    /// What a node holds.
    public byte[] content(String name) throws BlockException {
        try (BlockBackend disk = reader(name)) {
            return GuestLoad.content(disk);
        }
    }

    @Override
    public void close() {
        scheduler.close();
        images.close();
    }
}
