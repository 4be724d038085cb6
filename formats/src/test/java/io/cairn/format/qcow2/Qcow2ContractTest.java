package io.cairn.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Keyval;
import io.cairn.block.option.Options;
import io.cairn.block.spi.CheckResult;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.BlockDriverContract;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.TestGraph;

import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

@ParameterizedClass
@ValueSource(
        strings = {
            "",
            "compat=0.10",
            "cluster_size=512",
            "cluster_size=4k,refcount_bits=1",
            "cluster_size=2M",
            "refcount_bits=64",
            "lazy_refcounts=on",
            "preallocation=metadata",
            "cluster_size=512,refcount_bits=2,preallocation=metadata",
            "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=0",
            "cluster_size=4k,encrypt.format=aes,encrypt.key-secret=s"
        })
class Qcow2ContractTest extends BlockDriverContract {
    private static final int LENGTH = 4 << 20;

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
            graph.create("qcow2", "disk", options);
        }
        return graph.open("qcow2", "disk", secrets());
    }

    private Options secrets() {
        Options options = new Options();
        return creation.contains("encrypt") ? options.put("encrypt.key-secret", "s") : options;
    }

    @Override
    protected void checkClosed() throws BlockException {
        assertThat(graph.graph().takeCloseFailure()).isEmpty();
        assertThat(Qcow2Images.check(graph, "disk", secrets()))
                .extracting(CheckResult::checkErrors, CheckResult::corruptions, CheckResult::leaks)
                .containsExactly(0L, 0L, 0L);
    }
}
