package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.BlockDriverContract;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/// The contract on LUKS volumes.
@ParameterizedClass
@ValueSource(
        strings = {
            "iter-time=1",
            "iter-time=1,cipher-mode=cbc,ivgen-alg=essiv",
            "iter-time=0,version=2,pbkdf-memory=64,sector-size=4096"
        })
class LuksContractTest extends BlockDriverContract {
    private static final int LENGTH = 256 << 10;

    @Parameter private String creation = "";

    private final TestGraph graph = new TestGraph(new MemoryHost(), new FormatDrivers());

    @Override
    protected int length() {
        return LENGTH;
    }

    @Override
    protected BlockBackend open(boolean fresh) throws BlockException {
        if (fresh) {
            graph.graph().objects().add("secret", "s", new Options().put("data", "abc"));
            Options options = Keyval.parseOpts(creation, null).toOptions();
            options.put("size", Integer.toString(LENGTH));
            options.put("key-secret", "s");
            graph.create("luks", "disk", options);
        }
        BlockBackend disk = graph.open("luks", "disk", new Options().put("key-secret", "s"));
        if (fresh) {
            disk.writeZeroes(0, LENGTH, WriteFlags.NONE);
        }
        return disk;
    }

    @AfterEach
    void closeGraph() {
        graph.close();
    }
}
