package io.cairn.block;

/// An image contradicts its format's specification.
public non-sealed class CorruptImageException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with the given errno ({@link Errno#EINVAL} for a header, {@link Errno#EIO} for
    /// what is met in use).
    public CorruptImageException(Errno errno, String message) {
        super(errno, message);
    }
}
