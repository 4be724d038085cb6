package io.cairn.format;

import io.cairn.block.BlockException;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.option.Options;
import io.cairn.block.spi.DriverProvider;
import io.cairn.testimages.FilterStackContract;
import io.cairn.testimages.StackDisk;
import io.cairn.testimages.StackLayer;

import java.util.List;

/// Stacks of filters and raw windows, on files and on overlays whose backing file has the content.
class FormatStackTest extends FilterStackContract {
    @Override
    protected DriverProvider[] providers() {
        return new DriverProvider[] {new FilterDrivers(), new FormatDrivers()};
    }

    @Override
    protected List<StackLayer> layers() {
        return List.of(
                StackLayer.filter("raw", "file"),
                FormatStackTest::window,
                FormatStackTest::openWindow,
                StackLayer.filter("copy-on-read", "file"),
                StackLayer.filter("preallocate", "file"),
                StackLayer.filter("blkdebug", "image"));
    }

    @Override
    protected List<StackLayer> bottoms() {
        return List.of(disk -> disk.file(disk.content()), FormatStackTest::overlay);
    }

    /// A part of a longer disk.
    private static Options window(StackDisk disk) throws BlockException {
        int before = 512 * (1 + disk.random().nextInt(300));
        int after = 512 * disk.random().nextInt(300);
        return new Options()
                .put("driver", "raw")
                .put("offset", before)
                .put("size", disk.content().length)
                .putSub("file", disk.below(surrounded(disk, before, after)));
    }

    /// The rest of a longer disk.
    private static Options openWindow(StackDisk disk) throws BlockException {
        int before = 512 * (1 + disk.random().nextInt(300));
        return new Options()
                .put("driver", "raw")
                .put("offset", before)
                .putSub("file", disk.below(surrounded(disk, before, 0)));
    }

    private static byte[] surrounded(StackDisk disk, int before, int after) {
        byte[] longer = new byte[before + disk.content().length + after];
        disk.random().nextBytes(longer);
        System.arraycopy(disk.content(), 0, longer, before, disk.content().length);
        return longer;
    }

    private static Options overlay(StackDisk disk) throws BlockException {
        String name = disk.newName();
        disk.graph().create("qcow2", name, new Options().put("size", disk.content().length));
        return new Options()
                .put("driver", "qcow2")
                .put("file.driver", "memory")
                .put("file.filename", name)
                .put("backing.driver", "raw")
                .putSub("backing.file", disk.file(disk.content()));
    }
}
