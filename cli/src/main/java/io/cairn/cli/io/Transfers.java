package io.cairn.cli.io;

import io.cairn.block.BlockException;
import io.cairn.block.BufferPool;
import io.cairn.block.Buffers;
import io.cairn.block.PooledBuffer;

import java.nio.ByteBuffer;
import java.util.List;

/// Moves the data of long requests in parts that fit the pool of buffers.
final class Transfers {
    /// The longest request that a buffer of the reference tool could hold.
    static final long MAX_LENGTH = (1L << 31) - 512;

    private static final int SECTOR = 512;

    /// The longest request that is made as a whole; longer ones come in parts of this length, a
    /// multiple of every cluster size.
    private static final int PART = 16 << 20;

    /// What a part of a request does with its buffer, position to limit.
    @FunctionalInterface
    interface Part {
        void transfer(long offset, ByteBuffer buffer) throws BlockException;
    }

    private Transfers() {}

    /// Writes a pattern.
    static void write(long offset, long length, Pattern pattern, Part target)
            throws BlockException {
        try (PooledBuffer buffer = BufferPool.shared().acquire(partLength(length))) {
            long done = 0;
            do {
                int count = (int) Math.min(PART, length - done);
                ByteBuffer part = Buffers.slice(buffer.buffer(), 0, count);
                pattern.fill(part, done);
                target.transfer(offset + done, part);
                done += count;
            } while (done < length);
        }
    }

    /// Reads into what was made for it.
    static void read(long offset, ReadData data, Part source) throws BlockException {
        long done = 0;
        do {
            int count = (int) Math.min(PART, data.length() - done);
            ByteBuffer part = data.buffer(partLength(data.length()), count);
            source.transfer(offset + done, part);
            data.arrived(part, done);
            done += count;
        } while (done < data.length());
    }

    /// What is said of a length that no buffer has.
    ///
    /// @param exception when there is no such limit, with a blank in front, or empty
    /// @param given the length as the user gave it
    static String tooLong(String exception, String given) {
        return "length cannot exceed " + MAX_LENGTH + exception + ", given " + given;
    }

    /// Refuses what does not begin and end with a sector.
    static void requireSectors(long offset, long length) throws CommandException {
        if (offset % SECTOR != 0) {
            throw CommandException.of(offset + " is not a sector-aligned value for 'offset'");
        }
        if (length % SECTOR != 0) {
            throw CommandException.of(length + " is not a sector-aligned value for 'count'");
        }
    }

    /// The sum of the lengths of several buffers.
    static long total(Arguments arguments, List<String> words) throws CommandException {
        long sum = 0;
        for (String word : words) {
            long length = arguments.number(word);
            if (length > MAX_LENGTH) {
                throw CommandException.of(
                        "Argument '" + word + "' exceeds maximum size " + MAX_LENGTH);
            }
            if (sum > MAX_LENGTH - length) {
                throw CommandException.of(
                        "The total number of bytes exceed the maximum size " + MAX_LENGTH);
            }
            sum += length;
        }
        return sum;
    }

    private static int partLength(long length) {
        return (int) Math.min(PART, Math.max(1, length));
    }
}
