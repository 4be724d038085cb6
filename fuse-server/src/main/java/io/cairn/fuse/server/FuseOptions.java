package io.cairn.fuse.server;

/// How a disk appears as a file.
///
/// @param id what the export is called
/// @param mountpoint the regular file that the disk hides while it is exported
/// @param isWritable whether it may be written, and resized
/// @param isGrowable whether writes beyond its end make it longer
/// @param allowOther whether other users of the host may use it
public record FuseOptions(
        String id,
        String mountpoint,
        boolean isWritable,
        boolean isGrowable,
        AllowOther allowOther) {
    /// Who may use the file.
    public enum AllowOther {
        /// The user of this process alone.
        OFF,

        /// All whom the file's permissions allow it.
        ON,

        /// All, if this process may allow that.
        AUTO
    }
}
