package io.cairn.job.convert;

/// A part of the disk that is converted in one way.
record Range(Kind kind, long offset, long length) {
    /// What is known of a range before it is read.
    enum Kind {
        /// It is read and written.
        DATA,
        /// It reads as zeroes.
        ZERO,
        /// The target reads so already: its backing file holds it, or ends before zeroes.
        BACKING
    }

    long end() {
        return offset + length;
    }

    Range upTo(long newEnd) {
        return newEnd >= end() ? this : new Range(kind, offset, newEnd - offset);
    }
}
