package io.cairn.block;

/// How a write, or a write of zeroes, is to be done.
///
/// @param fua the data is on stable storage when the call returns
/// @param mayUnmap zeroes may be written by giving the space back
/// @param noFallback zeroes are written only if that is faster than writing them out; else the call
///   fails with `ENOTSUP`
/// @param compressed the driver stores the data compressed
/// @param unchanged the write does not change what a guest reads (copy-on-read)
/// @param serialising the write overlaps no other request while it runs
public record WriteFlags(
        boolean fua,
        boolean mayUnmap,
        boolean noFallback,
        boolean compressed,
        boolean unchanged,
        boolean serialising) {
    /// A plain write.
    public static final WriteFlags NONE = new WriteFlags(false, false, false, false, false, false);

    /// A plain write that is on stable storage when it returns.
    public static final WriteFlags FUA = NONE.withFua(true);

    /// Zeroes that may be written by unmapping.
    public static final WriteFlags MAY_UNMAP = NONE.withMayUnmap(true);

    /// A compressed write.
    public static final WriteFlags COMPRESSED =
            new WriteFlags(false, false, false, true, false, false);

    public WriteFlags withFua(boolean on) {
        return on == fua
                ? this
                : new WriteFlags(on, mayUnmap, noFallback, compressed, unchanged, serialising);
    }

    public WriteFlags withMayUnmap(boolean on) {
        return on == mayUnmap
                ? this
                : new WriteFlags(fua, on, noFallback, compressed, unchanged, serialising);
    }

    public WriteFlags withNoFallback(boolean on) {
        return on == noFallback
                ? this
                : new WriteFlags(fua, mayUnmap, on, compressed, unchanged, serialising);
    }

    public WriteFlags withUnchanged(boolean on) {
        return on == unchanged
                ? this
                : new WriteFlags(fua, mayUnmap, noFallback, compressed, on, serialising);
    }

    public WriteFlags withSerialising(boolean on) {
        return on == serialising
                ? this
                : new WriteFlags(fua, mayUnmap, noFallback, compressed, unchanged, on);
    }
}
