package io.cairn.block;

/// Another process holds a lock that excludes this use of the image.
public non-sealed class ImageLockedException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with the given message, worded for the user of a tool.
    public ImageLockedException(Errno errno, String message) {
        super(errno, message);
    }
}
