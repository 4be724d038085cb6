package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Sizes;
import io.cairn.cli.console.Stdout;

/// `map`: the ranges that the image itself holds, and those that it does not.
final class MapCommand implements Command {
    @Override
    public Syntax syntax() {
        return Syntax.of("map", "prints the allocated areas of a file").taking(0, 0, "");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        BlockBackend image = session.image();
        long end = image.length();
        long start = 0;
        long at = 0;
        boolean isAllocated = false;
        while (at < end) {
            BlockStatus status = status(image, at, end - at);
            if (status.allocated() != isAllocated && at > start) {
                print(session.out(), start, at - start, isAllocated);
                start = at;
            }
            isAllocated = status.allocated();
            at += status.length();
        }
        if (at > start) {
            print(session.out(), start, at - start, isAllocated);
        }
    }

    private static BlockStatus status(BlockBackend image, long offset, long length)
            throws CommandException {
        try {
            return image.status(offset, length, false);
        } catch (BlockException _) {
            throw CommandException.of("Failed to get allocation status.");
        }
    }

    private static void print(Stdout out, long offset, long length, boolean isAllocated) {
        out.println(
                Sizes.exact(length)
                        + " (0x"
                        + Long.toHexString(length)
                        + ") bytes "
                        + (isAllocated ? "    allocated" : "not allocated")
                        + " at offset "
                        + Sizes.exact(offset)
                        + " (0x"
                        + Long.toHexString(offset)
                        + ")");
    }
}
