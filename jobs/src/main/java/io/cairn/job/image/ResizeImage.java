package io.cairn.job.image;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.Preallocation;
import io.cairn.block.graph.BlockBackend;

/// Gives a disk another length.
public final class ResizeImage {
    private ResizeImage() {}

    /// Resizes a disk.
    ///
    /// @param disk open with the permission to resize
    /// @param length the new length in bytes, above 0
    /// @param preallocation how the space of a disk that grows is reserved
    /// @param mayShrink whether data may be cut off
    /// @throws InvalidOptionException if the length or the preallocation does not fit, or {@link
    ///   ShrinkException} if the disk would shrink and may not; it is unchanged then
    public static void run(
            BlockBackend disk, long length, Preallocation preallocation, boolean mayShrink)
            throws BlockException {
        if (length <= 0) {
            throw new InvalidOptionException("New image size must be positive");
        }
        long current = disk.length();
        if (length <= current && preallocation != Preallocation.OFF) {
            throw new InvalidOptionException("Preallocation can only be used for growing images");
        }
        if (length < current && !mayShrink) {
            throw new ShrinkException();
        }
        disk.truncate(length, true, preallocation, false);
    }

    /// A disk would lose its end, which nobody has agreed to.
    public static final class ShrinkException extends InvalidOptionException {
        private static final long serialVersionUID = 1L;

        ShrinkException() {
            super("Use the --shrink option to perform a shrink operation.");
        }
    }
}
