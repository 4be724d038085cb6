package io.cairn.testimages;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverProvider;

import java.nio.ByteBuffer;
import java.util.List;

/// Stacks of the block layer's own filters.
class FilterStackTest extends FilterStackContract {
    @Override
    protected DriverProvider[] providers() {
        return new DriverProvider[] {new FilterDrivers(), PackedDriver.provider()};
    }

    /// A group whose limits are there, and never reached.
    @Override
    protected void prepare(BlockGraph graph) throws BlockException {
        Options limits =
                new Options().put("x-bps-total", 1L << 40).put("x-iops-total", 1_000_000_000);
        graph.objects().add("throttle-group", "g", limits);
    }

    @Override
    protected List<StackLayer> layers() {
        return List.of(
                StackLayer.filter("copy-on-read", "file"),
                FilterStackTest::blkdebug,
                StackLayer.filter("blkreplay", "image"),
                FilterStackTest::logWrites,
                FilterStackTest::verify,
                FilterStackTest::quorum,
                FilterStackTest::preallocate,
                FilterStackTest::copyBeforeWrite,
                FilterStackTest::throttle,
                FilterStackTest::compress);
    }

    private static Options throttle(StackDisk disk) throws BlockException {
        return StackLayer.filter("throttle", "file").over(disk).put("throttle-group", "g");
    }

    /// Below it stands what takes compressed writes, perhaps behind filters that pass them on.
    private static Options compress(StackDisk disk) throws BlockException {
        Options below =
                new Options()
                        .put("driver", PackedDriver.NAME)
                        .put("cluster-size", pick(disk, 512, 1024, 4096))
                        .putSub("file", disk.below(disk.content()));
        for (int i = disk.random().nextInt(3); i > 0; i--) {
            Options filter =
                    disk.random().nextBoolean()
                            ? new Options().put("driver", "copy-on-read")
                            : new Options().put("driver", "throttle").put("throttle-group", "g");
            below = filter.putSub("file", below);
        }
        return new Options().put("driver", "compress").putSub("file", below);
    }

    private static Options blkdebug(StackDisk disk) throws BlockException {
        int align = pick(disk, 1, 512, 4096);
        Options options = StackLayer.filter("blkdebug", "image").over(disk).put("align", align);
        if (disk.random().nextBoolean()) {
            options.put("max-transfer", pick(disk, 4096, 16384));
            options.put("opt-write-zero", pick(disk, 4096, 65536));
            options.put("max-write-zero", 131072);
            options.put("opt-discard", pick(disk, 4096, 65536));
            options.put("max-discard", 131072);
        }
        return options;
    }

    private static Options logWrites(StackDisk disk) throws BlockException {
        return StackLayer.filter("blklogwrites", "file")
                .over(disk)
                .put("log-sector-size", pick(disk, 32, 512, 4096))
                .putSub("log", disk.file(new byte[0]));
    }

    private static Options verify(StackDisk disk) throws BlockException {
        return StackLayer.filter("blkverify", "test")
                .over(disk)
                .putSub("raw", disk.file(disk.content().clone()));
    }

    private static Options quorum(StackDisk disk) throws BlockException {
        return StackLayer.filter("quorum", "children.0")
                .over(disk)
                .put("vote-threshold", 2)
                .put("rewrite-corrupted", disk.random().nextBoolean())
                .putSub("children.1", disk.file(disk.content().clone()));
    }

    private static Options preallocate(StackDisk disk) throws BlockException {
        return StackLayer.filter("preallocate", "file")
                .over(disk)
                .put("prealloc-align", pick(disk, 512, 65536))
                .put("prealloc-size", pick(disk, 0, 1000, 200_000));
    }

    /// Whatever is written above it, the disk as it was is still there.
    private static Options copyBeforeWrite(StackDisk disk) throws BlockException {
        String name = disk.newName();
        byte[] before = disk.content().clone();
        disk.afterwards(graph -> assertThat(snapshot(graph, name)).isEqualTo(before));
        return StackLayer.filter("copy-before-write", "file")
                .over(disk)
                .put("node-name", name)
                .putSub("target", disk.file(new byte[before.length]));
    }

    private static byte[] snapshot(BlockGraph graph, String node) throws BlockException {
        Options options = new Options().put("driver", "snapshot-access").put("file", node);
        OpenRequest request =
                new OpenRequest(null, options, TestGraph.WRITABLE.withReadOnly(true), true);
        try (BlockBackend disk = graph.open(request, Permissions.NONE, Permissions.ALL)) {
            byte[] content = new byte[Math.toIntExact(disk.length())];
            ByteBuffer buffer = ByteBuffer.allocateDirect(content.length);
            disk.read(0, buffer);
            buffer.get(content);
            return content;
        }
    }

    private static int pick(StackDisk disk, int... choices) {
        return choices[disk.random().nextInt(choices.length)];
    }
}
