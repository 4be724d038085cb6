package io.cairn.block;

/// The image is sound but needs a feature that we do not have; the message names it.
public non-sealed class UnsupportedImageException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with the given message, worded for the user of a tool.
    public UnsupportedImageException(Errno errno, String message) {
        super(errno, message);
    }
}
