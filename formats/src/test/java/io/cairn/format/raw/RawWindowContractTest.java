package io.cairn.format.raw;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.BlockDriverContract;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;

import java.util.Arrays;

/// The contract on a window of a file, whose surroundings stay as they are.
class RawWindowContractTest extends BlockDriverContract {
    private static final int OFFSET = 1024;
    private static final byte AROUND = 0x5a;

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        if (fresh) {
            byte[] content = new byte[OFFSET + length() + OFFSET];
            Arrays.fill(content, 0, OFFSET, AROUND);
            Arrays.fill(content, OFFSET + length(), content.length, AROUND);
            graph.host().put("disk", new MemoryStorage(content));
        }
        Options window = new Options().put("offset", OFFSET).put("size", length());
        return graph.open(RawDriver.NAME, "disk", window);
    }

    @Override
    protected int length() {
        return 256 << 10;
    }

    @Override
    protected void checkClosed() {
        byte[] content = graph.host().get("disk").content();
        for (int i = 0; i < OFFSET; i++) {
            assertThat(content[i]).isEqualTo(AROUND);
            assertThat(content[content.length - 1 - i]).isEqualTo(AROUND);
        }
    }

    @AfterEach
    void closeGraph() {
        graph.close();
    }
}
