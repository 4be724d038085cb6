package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.Buffers;
import io.cairn.block.graph.BlockBackend;

import java.nio.ByteBuffer;
import java.util.List;

/// Images read as one disk, one behind the other.
final class JoinedDisk {
    private final List<BlockBackend> images;

    /// Where each image ends on the disk.
    private final long[] ends;

    JoinedDisk(List<BlockBackend> images) {
        this.images = List.copyOf(images);
        this.ends = new long[images.size()];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            end = Math.addExact(end, images.get(i).length());
            ends[i] = end;
        }
    }

    long length() {
        return ends.length == 0 ? 0 : ends[ends.length - 1];
    }

    /// The shortest of the lengths in which the images are best read.
    long optimalTransfer() {
        return images.stream().mapToLong(JoinedDisk::optimalTransfer).min().orElse(Long.MAX_VALUE);
    }

    /// The length in which an image is best read or written; very long if any will do.
    static long optimalTransfer(BlockBackend image) {
        long optimal = image.limits().optimalTransfer();
        return optimal == 0 ? Long.MAX_VALUE : optimal;
    }

    /// Which image holds an offset before the disk's end.
    int indexOf(long offset) {
        int index = 0;
        while (offset >= ends[index]) {
            index++;
        }
        return index;
    }

    BlockBackend image(int index) {
        return images.get(index);
    }

    long start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    long end(int index) {
        return ends[index];
    }

    /// Copies a range to the same offset of another disk inside the host; false if that cannot be
    /// done.
    boolean copyTo(BlockBackend target, long offset, long length) throws BlockException {
        int index = indexOf(offset);
        return length <= end(index) - offset
                && target.copyFrom(image(index), offset - start(index), offset, length);
    }

    void read(long offset, ByteBuffer dst) throws BlockException {
        int length = dst.remaining();
        int index = indexOf(offset);
        for (int done = 0; done < length; index++) {
            long position = offset + done;
            int n = (int) Math.min(length - done, end(index) - position);
            ByteBuffer part = n == length ? dst : Buffers.slice(dst, done, n);
            image(index).read(position - start(index), part);
            done += n;
        }
    }
}
