package io.cairn.protocol.file;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.Aio;
import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostFile;
import io.cairn.testimages.BlockDriverContract;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;

/// The contract on a file of the host by `aio=io_uring`.
class RingFileContractTest extends BlockDriverContract {
    private final HostGraph graph = new HostGraph();
    @TempDir Path directory;

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        assumeTrue(hasRing(), "the host has no ring");
        Path file = directory.resolve("disk");
        if (fresh) {
            graph.create(file, new Options().put("size", length()));
        }
        return graph.open(
                HostGraph.options(file).put("aio", "io_uring"),
                HostGraph.WRITABLE,
                Permissions.ALL);
    }

    private static boolean hasRing() {
        try {
            HostFile.demand(Aio.IO_URING);
            return true;
        } catch (BlockException _) {
            return false;
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
