package io.cairn.protocol.file;

import io.cairn.block.BlockException;
import io.cairn.block.os.FileExtent;
import io.cairn.block.os.HostFile;

/// Finds data and holes, and remembers the last stretch of data that it found.
///
/// Many short questions within one long extent then cost one look at the file. Only data is
/// remembered: it stays data until we give it back ({@link #forget}), or is at worst a hole by now,
/// while a hole may have been filled by another process.
final class DataExtents {
    private record Stretch(long start, long end) {
        static final Stretch NONE = new Stretch(0, 0);
    }

    private volatile Stretch last = Stretch.NONE;

    /// What lies at an offset, for at most a length.
    FileExtent at(HostFile file, long offset, long length) throws BlockException {
        Stretch known = last;
        if (offset >= known.start && offset < known.end) {
            return new FileExtent(true, Math.min(length, known.end - offset));
        }
        FileExtent found = file.extentAt(offset, Long.MAX_VALUE - offset);
        if (found.isData()) {
            last = new Stretch(offset, offset + found.length());
        }
        return found.length() <= length ? found : new FileExtent(found.isData(), length);
    }

    /// Space was given back: what is known may not hold any more.
    void forget() {
        last = Stretch.NONE;
    }
}
