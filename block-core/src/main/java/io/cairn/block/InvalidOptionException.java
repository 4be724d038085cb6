package io.cairn.block;

/// An option, its value or a combination of options is wrong; the message names it.
public non-sealed class InvalidOptionException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with {@link Errno#EINVAL}.
    public InvalidOptionException(String message) {
        super(Errno.EINVAL, message);
    }
}
