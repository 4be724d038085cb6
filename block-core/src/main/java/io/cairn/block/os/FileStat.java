package io.cairn.block.os;

/// What the host knows of a file.
///
/// @param kind what the name stands for
/// @param length bytes of a regular file; 0 for a device, see {@link HostFile#length()}
/// @param diskUsage bytes that the file takes on its filesystem
/// @param blockSize the filesystem's preferred unit of transfer
/// @param permissions the permission bits
/// @param device the number of the device that the file lives on
/// @param inode the file's number there; device and inode together name one file
public record FileStat(
        Kind kind,
        long length,
        long diskUsage,
        int blockSize,
        int permissions,
        long device,
        long inode) {
    /// The kinds of file that the block layer tells apart.
    public enum Kind {
        REGULAR,
        DIRECTORY,
        BLOCK_DEVICE,
        CHARACTER_DEVICE,
        OTHER
    }

    /// The same with another length.
    FileStat withLength(long bytes) {
        return new FileStat(kind, bytes, diskUsage, blockSize, permissions, device, inode);
    }

    /// Whether both describe one and the same file.
    public boolean isSameFile(FileStat other) {
        return device == other.device && inode == other.inode;
    }
}
