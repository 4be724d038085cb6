package io.cairn.job;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import java.nio.ByteBuffer;
import java.util.Random;

/// Images in memory for the tests of operations.
public final class JobImages implements AutoCloseable {
    /// The length of the images that are made without saying so.
    public static final int LENGTH = 5 << 20;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    public TestGraph graph() {
        return graph;
    }

    /// Makes and opens an image.
    ///
    /// @param driver `raw` or `qcow2`
    public BlockBackend create(String driver, String name, long length) throws BlockException {
        if (driver.equals("raw")) {
            graph.host().put(name, new MemoryStorage(new byte[Math.toIntExact(length)]));
        } else {
            graph.create(driver, name, new Options().put("size", Long.toString(length)));
        }
        return graph.open(driver, name);
    }

    /// Makes and opens an overlay of an image that is there.
    public BlockBackend overlay(String name, String backing, String format, long length)
            throws BlockException {
        Options options =
                new Options()
                        .put("size", Long.toString(length))
                        .put("backing_file", "mem:" + backing)
                        .put("backing_fmt", format);
        graph.create("qcow2", name, options);
        return graph.open("qcow2", name);
    }

    /// Writes random bytes.
    public static void fill(BlockBackend disk, long offset, int length, long seed)
            throws BlockException {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        disk.write(offset, ByteBuffer.allocateDirect(length).put(0, bytes), WriteFlags.NONE);
    }

    /// All that a guest sees.
    public static byte[] content(BlockBackend disk) throws BlockException {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) disk.length());
        disk.read(0, buffer);
        byte[] bytes = new byte[buffer.capacity()];
        buffer.get(0, bytes);
        return bytes;
    }

    @Override
    public void close() {
        graph.close();
    }
}
