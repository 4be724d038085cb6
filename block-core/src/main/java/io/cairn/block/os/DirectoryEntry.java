package io.cairn.block.os;

/// What the host knows of an entry of a directory.
///
/// @param kind what the entry is
/// @param length bytes of a regular file
/// @param permissions the permission bits
/// @param device the number of the device that the entry lives on
/// @param inode the entry's number there; device and inode together name one file
/// @param accessedSeconds when it was last read, in seconds since 1970
/// @param modifiedSeconds when its content was last changed
/// @param changedSeconds when it was last changed in any way
public record DirectoryEntry(
        Kind kind,
        long length,
        int permissions,
        long device,
        long inode,
        long accessedSeconds,
        long modifiedSeconds,
        long changedSeconds) {
    /// The kinds of entry that are told apart.
    public enum Kind {
        REGULAR,
        DIRECTORY,
        LINK,
        OTHER
    }

    /// Whether both describe one and the same file.
    public boolean isSameFile(DirectoryEntry other) {
        return device == other.device && inode == other.inode;
    }
}
