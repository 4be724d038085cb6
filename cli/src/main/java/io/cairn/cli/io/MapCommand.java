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
        BlockException failure = null;
        while (at < end && failure == null) {
            try {
                BlockStatus status = image.status(at, end - at, false);
                if (status.allocated() != isAllocated && at > start) {
                    print(session.out(), start, at - start, isAllocated);
                    start = at;
                }
                isAllocated = status.allocated();
                at += status.length();
            } catch (BlockException e) {
                failure = e;
            }
        }
        if (at > start) {
            print(session.out(), start, at - start, isAllocated);
        }
        if (failure != null) {
            session.messages().error("Failed to get allocation status: " + failure.errno().text());
            throw CommandException.silent();
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
