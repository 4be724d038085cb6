package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Sizes;

import java.util.List;

/// `alloc`: how much of a range the image itself holds.
final class AllocCommand implements Command {
    private static final long DEFAULT_LENGTH = 512;

    @Override
    public Syntax syntax() {
        return Syntax.of("alloc", "checks if offset is allocated in the file")
                .taking(1, 2, "offset [count]");
    }

    @Override
    public void run(Session session, Arguments arguments) throws CommandException {
        List<String> words = arguments.words();
        long offset = arguments.number(words.getFirst());
        long length = words.size() == 2 ? arguments.number(words.get(1)) : DEFAULT_LENGTH;
        BlockBackend image = session.image();
        length = Math.min(length, Math.max(0, image.length() - offset));
        long allocated = allocated(image, offset, length);
        session.out()
                .println(
                        allocated
                                + "/"
                                + length
                                + " bytes allocated at offset "
                                + Sizes.exact(offset));
    }

    private static long allocated(BlockBackend image, long offset, long length)
            throws CommandException {
        long sum = 0;
        long done = 0;
        while (done < length) {
            BlockStatus status;
            try {
                status = image.status(offset + done, length - done, false);
            } catch (BlockException e) {
                throw CommandException.of("is_allocated failed: " + e.errno().text());
            }
            sum += status.allocated() ? status.length() : 0;
            done += status.length();
        }
        return sum;
    }
}
