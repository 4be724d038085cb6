package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permission;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;
import io.cairn.block.spi.Child;
import io.cairn.block.spi.CreateContext;
import io.cairn.protocol.ProtocolDrivers;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// A graph with the drivers of this module, for tests.
final class HostGraph implements AutoCloseable {
    static final Permissions READ = Permissions.of(Permission.CONSISTENT_READ);
    static final Permissions WRITE = READ.plus(Permission.WRITE);
    static final NodeFlags WRITABLE = NodeFlags.READ_ONLY.withReadOnly(false).withUnmap(true);

    final BlockGraph graph = new BlockGraph(new DriverRegistry(List.of(new ProtocolDrivers())));

    /// Opens a file for everything that a node can do, sharing all.
    BlockBackend open(Path file) throws BlockException {
        return open(file, WRITABLE, Permissions.ALL);
    }

    BlockBackend open(Path file, NodeFlags flags, Permissions needed) throws BlockException {
        return open(options(file), flags, needed);
    }

    BlockBackend open(Options options, NodeFlags flags, Permissions needed) throws BlockException {
        return graph.open(new OpenRequest(null, options, flags, true), needed, Permissions.ALL);
    }

    static Options options(Path file) {
        return new Options().put("driver", FileDriver.NAME).put("filename", file.toString());
    }

    /// Makes a file by the driver's creation options.
    void create(Path file, Options options) throws BlockException {
        new FileDriver().create(new Creation(file, options));
    }

    static ByteBuffer data(int length, int value) {
        ByteBuffer data = ByteBuffer.allocateDirect(length);
        for (int i = 0; i < length; i++) {
            data.put(i, (byte) value);
        }
        return data;
    }

    @Override
    public void close() {
        graph.close();
    }

    private record Creation(Path file, Options options) implements CreateContext {
        @Override
        public String filename() {
            return file.toString();
        }

        @Override
        public Child file(Options protocolOptions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Child dataFile(String filename, Options protocolOptions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ObjectRegistry objects() {
            throw new UnsupportedOperationException();
        }
    }
}
