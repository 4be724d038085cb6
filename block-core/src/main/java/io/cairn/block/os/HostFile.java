package io.cairn.block.os;

import io.cairn.block.Aio;
import io.cairn.block.BlockException;

import java.nio.ByteBuffer;

/// An open file or device of the host, with positional requests.
///
/// Buffers are direct and belong to the caller; a request takes them from position to limit, moves
/// neither, and keeps no reference. Every method may be called by many threads at once. A virtual
/// thread parks while the kernel works; a platform thread waits in the call. No request can be
/// interrupted. Requests on a file opened with `O_DIRECT` must keep to its {@link #alignment()}, or
/// fail with `EINVAL`.
///
/// A failure is a {@link io.cairn.block.HostException}, or an {@link
/// io.cairn.block.OutOfSpaceException} for `ENOSPC`; its message is the text of the error number
/// alone. What the file or the system cannot do at all fails with `ENOTSUP`.
public interface HostFile extends AutoCloseable {
    /// Opens a file, a device, or a set of descriptors ({@link FdSets}).
    static HostFile open(String path, OpenFlags flags) throws BlockException {
        return Host.current().open(path, flags);
    }

    /// Fails where the host does not have this way of waiting; the message is complete.
    static void demand(Aio aio) throws BlockException {
        if (aio == Aio.IO_URING) {
            Host.current().demandRing();
        }
    }

    /// The name under which the file was opened.
    String path();

    /// How the file was opened; making and cutting it are over and not part of it.
    OpenFlags flags();

    /// Reads until the buffer is full or the file ends.
    ///
    /// @return the bytes read; fewer than remain in the buffer only at the end of the file
    int read(long offset, ByteBuffer dst) throws BlockException;

    /// Reads into several buffers in turn until all are full or the file ends.
    ///
    /// @return the bytes read; fewer than remain in the buffers only at the end of the file
    long read(long offset, ByteBuffer[] dsts) throws BlockException;

    /// Reads the whole buffer; beyond the end of the file it is filled with zeroes.
    default void readFully(long offset, ByteBuffer dst) throws BlockException {
        Scatter.zeroFrom(dst, read(offset, dst));
    }

    /// Reads all buffers; beyond the end of the file they are filled with zeroes.
    default void readFully(long offset, ByteBuffer[] dsts) throws BlockException {
        Scatter.zeroFrom(dsts, read(offset, dsts));
    }

    /// Writes the whole buffer, growing the file where needed.
    void write(long offset, ByteBuffer src) throws BlockException;

    /// Writes all buffers in turn, growing the file where needed.
    void write(long offset, ByteBuffer[] srcs) throws BlockException;

    /// Writes all buffers and waits until they, and what is needed to find them, are on stable
    /// storage.
    void writeDurably(long offset, ByteBuffer[] srcs) throws BlockException;

    /// The bytes that can be read: a regular file's length, a device's size.
    long length() throws BlockException;

    /// Sets the length of a regular file; what is gained reads as zeroes.
    void truncate(long length) throws BlockException;

    /// Waits until all data written before is on stable storage (`fdatasync`).
    void flush() throws BlockException;

    /// Like {@link #flush()}, with all the file's metadata (`fsync`).
    void sync() throws BlockException;

    /// What lies at an offset, as far as it is alike and at most for a length.
    ///
    /// Beyond the end of the file is a hole. A filesystem that cannot tell answers data.
    FileExtent extentAt(long offset, long length) throws BlockException;

    /// Allocates the range, growing a regular file where needed; what is gained reads as zeroes
    /// (`fallocate`).
    void allocate(long offset, long length) throws BlockException;

    /// Makes the range read as zeroes and keeps it allocated (`FALLOC_FL_ZERO_RANGE`,
    /// `BLKZEROOUT`), growing a regular file where needed.
    void zeroRange(long offset, long length) throws BlockException;

    /// Makes the range read as zeroes and gives its blocks back; the length stays
    /// (`FALLOC_FL_PUNCH_HOLE`).
    void punchHole(long offset, long length) throws BlockException;

    /// Gives the range's blocks back; what it reads as after is not defined (`BLKDISCARD` on a
    /// device).
    void discard(long offset, long length) throws BlockException;

    /// Copies within the kernel, sharing blocks where the filesystem can (`copy_file_range`).
    ///
    /// @return the bytes copied, at most `length`; 0 at the end of the source
    long copyRange(HostFile source, long sourceOffset, long offset, long length)
            throws BlockException;

    /// Takes a range out of the page cache without a copy. After a failure, and if false is
    /// returned, the pipe is of no further use.
    ///
    /// @return whether all of it was taken
    default boolean readPages(long offset, int length, PagePipe pipe) throws BlockException {
        return false;
    }

    /// What the host knows of the file.
    FileStat stat() throws BlockException;

    /// What the file asks of its requests; found out once.
    IoAlignment alignment() throws BlockException;

    /// Asks the filesystem not to copy on write (`FS_NOCOW_FL`); to be called while the file is
    /// empty.
    void disableCopyOnWrite() throws BlockException;

    /// Asks the filesystem to allocate in extents of this size where it takes such hints.
    void hintExtentSize(int bytes) throws BlockException;

    /// Opens the very same file once more with other flags, whatever its name stands for by now.
    HostFile reopen(OpenFlags flags) throws BlockException;

    /// The locks of a new user of this file; they do not depend on this file being open.
    ByteLocks openLocks() throws BlockException;

    /// Closes the file. Closing twice does nothing.
    @Override
    void close();
}
