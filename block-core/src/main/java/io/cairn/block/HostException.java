package io.cairn.block;

/// A host call failed; the errno is the host's.
public non-sealed class HostException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with the given message, worded for the user of a tool.
    public HostException(Errno errno, String message) {
        super(errno, message);
    }
}
