package io.cairn.block;

/// The host, or a size limit, has no room left.
public non-sealed class OutOfSpaceException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with {@link Errno#ENOSPC}.
    public OutOfSpaceException(String message) {
        super(Errno.ENOSPC, message);
    }
}
