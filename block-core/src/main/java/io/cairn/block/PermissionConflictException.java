package io.cairn.block;

/// A node is used in a way that its other users do not share.
public non-sealed class PermissionConflictException extends BlockException {
    private static final long serialVersionUID = 1L;

    /// A failure with the given message, worded for the user of a tool.
    public PermissionConflictException(Errno errno, String message) {
        super(errno, message);
    }
}
