package io.cairn.block;

/// A job or an image operation was cancelled by its owner.
public non-sealed class CancelledJobException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with {@link Errno#ECANCELED}.
    public CancelledJobException(String message) {
        super(Errno.ECANCELED, message);
    }
}
