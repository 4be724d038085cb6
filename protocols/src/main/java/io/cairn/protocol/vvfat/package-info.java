/// A directory of the host as a disk with a FAT filesystem: the driver `vvfat`, and filenames
/// `fat:[floppy:][12:|16:|32:][rw:]DIR`.
///
/// The specification is Microsoft's "FAT: General Overview of On-Disk Format", 1.03 (fatgen103).
/// What it leaves open is laid out as the peer does ({@link io.cairn.protocol.vvfat.Geometry},
/// {@link io.cairn.protocol.vvfat.ShortNames}), so that one directory gives the same bytes. We
/// differ where the peer's disk breaks the specification, or tells what it should not: long names
/// have no characters that FAT forbids, names that differ in case alone are shown by their short
/// names, behind a file's end are zeroes, the allocation table of a floppy has a floppy's media
/// byte, volumes called FAT16 or FAT32 have the clusters that make them such, and there is no FAT32
/// floppy. Files that nobody may write are read-only, and FIFOs, sockets and devices are not shown.
///
/// **Reading.** Opening reads names and metadata of the whole tree ({@link
/// io.cairn.protocol.vvfat.HostTree}), which may have 2^18 files and 256 levels, and keeps
/// directories and allocation table in memory ({@link io.cairn.protocol.vvfat.Volume}). A file's
/// content is read from the host when its clusters are; sixteen files are kept open. Its length is
/// that at opening: what has grown is cut off, what has become shorter or is gone is an I/O error
/// that names the file. Symbolic links are followed, except round in circles.
///
/// **Writing** (`rw`). What a guest writes goes to a temporary file without a name ({@link
/// io.cairn.protocol.vvfat.Overlay}), at most the size of the disk. A flush and the closing commit
/// it:
///
/// 1. {@link io.cairn.protocol.vvfat.GuestTree} reads the disk's own structures. Both allocation
///    tables must be alike, every chain whole, in nobody else's way and of its file's length, every
///    name one that stays in its directory. If not, the guest is in the middle of a change: a flush
///    leaves everything for the next one, and the closing fails and says what is wrong.
/// 2. {@link io.cairn.protocol.vvfat.CommitPlan} compares the result with the last one. Directories
///    are known by their first cluster, so a renamed one is moved with all in it, also with what is
///    not shown. So are files whose chain, length and content are the same; all others are new.
/// 3. {@link io.cairn.protocol.vvfat.HostChanges} carries the plan out, all of it or nothing, from
///    the directory's descriptor, following no link and replacing no name that it does not know.
///    New content is written aside, flushed, and then put in place by renaming. A changed file
///    keeps its permissions but becomes another inode.
/// 4. The disk shows the files again, and the temporary file keeps boot sectors, allocation tables
///    and directories as the guest has written them.
///
/// A symbolic link that a guest writes to is replaced by a file; what is in a directory behind a
/// link cannot be changed. Times, the label and attributes other than read-only are not written
/// back. What others change in the directory meanwhile is not seen, and a file that they and the
/// guest both change becomes the guest's.
@NullMarked
package io.cairn.protocol.vvfat;

import org.jspecify.annotations.NullMarked;
