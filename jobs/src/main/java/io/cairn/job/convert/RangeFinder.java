package io.cairn.job.convert;

import io.cairn.block.BlockException;
import io.cairn.block.BlockStatus;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.ChildEdge;
import io.cairn.job.Failures;

/// Finds out which parts of the source hold data, without reading them.
///
/// For one thread at a time; offsets may be asked in any order, but ascending ones are cheap.
final class RangeFinder {
    private static final long SECTOR = 512;

    private final JoinedDisk source;
    private final ConvertOptions options;
    private final Warnings warnings;

    /// Where the target's backing file ends, behind which an empty target reads as zeroes; -1 if
    /// what it holds does not count.
    private final long backingEnd;

    /// Ranges begin and end at multiples of this, except at the disk's end; 1 for anywhere.
    private final long alignment;

    /// The last answer of an image.
    private Range known = new Range(Range.Kind.DATA, 0, 0);

    RangeFinder(
            JoinedDisk source,
            ConvertOptions options,
            Warnings warnings,
            long backingEnd,
            long alignment) {
        this.source = source;
        this.options = options;
        this.warnings = warnings;
        this.backingEnd = backingEnd;
        this.alignment = alignment;
    }

    /// What is at an offset before the disk's end, as far as it is alike.
    Range at(long offset) throws BlockException {
        if (offset < known.offset() || offset >= known.end()) {
            known = look(offset);
        }
        Range range = new Range(known.kind(), offset, known.end() - offset);
        return alignment == 1 ? range : align(range);
    }

    private Range look(long offset) throws BlockException {
        int index = source.indexOf(offset);
        BlockBackend image = source.image(index);
        long inImage = offset - source.start(index);
        long length = source.end(index) - offset;
        boolean showsBacking = offset < backingEnd;
        if (showsBacking) {
            length = Math.min(length, backingEnd - offset);
            length = Math.min(length, ownBacking(image, inImage));
        }
        while (true) {
            try {
                BlockStatus status =
                        showsBacking
                                ? image.status(inImage, length, true)
                                : image.chainStatus(inImage, length, true).status();
                return new Range(kindOf(status, offset), offset, Math.min(length, status.length()));
            } catch (BlockException e) {
                String doing = "error while reading block status at offset " + offset;
                if (!options.salvage()) {
                    throw Failures.during(doing, e);
                }
                if (length <= SECTOR) {
                    warnings.warn(doing + ": " + e.errno().text());
                    return new Range(Range.Kind.DATA, offset, length);
                }
                length = quarter(length);
            }
        }
    }

    /// A quarter in whole sectors, at least one: a range whose status cannot be read as a whole is
    /// looked at in ever smaller parts.
    private static long quarter(long length) {
        long sectors = (length + SECTOR - 1) / SECTOR;
        return (sectors + 3) / 4 * SECTOR;
    }

    /// How far the image's own backing file reaches from an offset; very far if it ends before.
    private static long ownBacking(BlockBackend image, long offset) {
        ChildEdge backing = image.node().unfiltered().backing();
        long rest = backing == null ? 0 : backing.length() - offset;
        return rest > 0 ? rest : Long.MAX_VALUE;
    }

    /// What an image does not hold is in the backing files of both, unless its own one ends before;
    /// zeroes need not be written behind the end of the target's one.
    private Range.Kind kindOf(BlockStatus status, long offset) {
        boolean isZeroInTarget = backingEnd >= 0 && offset >= backingEnd;
        boolean isBelow = offset < backingEnd && !status.allocated();
        if (isBelow ? !status.zero() : isZeroInTarget && status.zero()) {
            return Range.Kind.BACKING;
        }
        return status.zero() && options.sparseBytes() > 0 ? Range.Kind.ZERO : Range.Kind.DATA;
    }

    /// Data grows to full units; what is not data shrinks to them.
    private Range align(Range range) {
        long length = source.length();
        long down = range.end() == length ? length : range.end() / alignment * alignment;
        if (range.kind() != Range.Kind.DATA && down > range.offset()) {
            return range.upTo(down);
        }
        long up = range.kind() == Range.Kind.DATA ? range.end() : range.offset() + 1;
        long end = Math.min(length, (up + alignment - 1) / alignment * alignment);
        return new Range(Range.Kind.DATA, range.offset(), end - range.offset());
    }
}
