package io.cairn.testimages;

import io.cairn.block.BlockException;
import io.cairn.block.option.Options;

/// A kind of node that {@link FilterStackContract} puts into the stacks that it makes up.
@FunctionalInterface
public interface StackLayer {
    /// The options of a node that shows a disk; what stands below comes from the disk.
    Options over(StackDisk disk) throws BlockException;

    /// A filter of one child that shows the child's data.
    static StackLayer filter(String driver, String child) {
        return disk ->
                new Options().put("driver", driver).putSub(child, disk.below(disk.content()));
    }
}
