package io.cairn.protocol.file;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.testimages.BlockDriverContract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The contract on a file of the host, past the page cache.
class DirectFileContractTest extends BlockDriverContract {
    private final HostGraph graph = new HostGraph();
    @TempDir Path directory;

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        Path file = directory.resolve("disk");
        if (fresh) {
            graph.create(file, new Options().put("size", length()));
        }
        try {
            return graph.open(file, HostGraph.WRITABLE.withCache(true, false), Permissions.ALL);
        } catch (BlockException e) {
            assumeTrue(e.errno() != Errno.EINVAL, "the filesystem has no direct I/O");
            throw e;
        }
    }

    @Override
    protected int length() {
        return 1 << 20;
    }

    @AfterEach
    void closeGraph() {
        graph.close();
    }
}
