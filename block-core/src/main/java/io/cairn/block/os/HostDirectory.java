package io.cairn.block.os;

import io.cairn.block.BlockException;

import java.util.List;

/// An open directory of the host: what it holds, and changes to its names.
///
/// Every name is one component, without a separator; `.` and `..` fail with `EINVAL`. On Linux the
/// directory is a descriptor, so that nothing done here leaves it, whatever happens to its own name
/// meanwhile; elsewhere names are joined to the path, and links are looked for before each step.
///
/// A failure is a {@link io.cairn.block.HostException} or {@link
/// io.cairn.block.OutOfSpaceException} whose message is the text of the error number. Methods may
/// be called by many threads at once; none but {@link #close} closes anything.
public interface HostDirectory extends AutoCloseable {
    /// Opens a directory by its path, symbolic links followed.
    static HostDirectory open(String path) throws BlockException {
        return Host.current().openDirectory(path);
    }

    /// The path by which the directory was found, for messages.
    String path();

    /// The names in the directory in the filesystem's order, without `.` and `..`; names that are
    /// no text in the process's encoding are left out.
    ///
    /// @param limit how many there may be; more fail with `EOVERFLOW`
    List<String> names(int limit) throws BlockException;

    /// What the host knows of an entry.
    ///
    /// @param follow whether a symbolic link stands for its target, or for itself
    DirectoryEntry entry(String name, boolean follow) throws BlockException;

    /// Opens a directory in this one.
    ///
    /// @param follow whether a symbolic link is followed, else it fails with `ENOTDIR` or `ELOOP`
    HostDirectory openDirectory(String name, boolean follow) throws BlockException;

    /// Opens a file in this directory. A file without a reader or writer (a FIFO) does not make
    /// this wait.
    HostFile openFile(String name, OpenFlags flags) throws BlockException;

    /// Makes a directory with the given permission bits, before the process's umask.
    void createDirectory(String name, int mode) throws BlockException;

    /// Moves an entry, a symbolic link as itself, to a name that is free; else `EEXIST`.
    void rename(String name, HostDirectory to, String newName) throws BlockException;

    /// Swaps two entries, in one step where the filesystem can.
    void exchange(String name, HostDirectory other, String otherName) throws BlockException;

    /// Takes a file's or a link's name away.
    void delete(String name) throws BlockException;

    /// Takes an empty directory away; one that is not fails with `ENOTEMPTY`.
    void deleteDirectory(String name) throws BlockException;

    /// Sets the permission bits of a file or directory that this process may read; a symbolic link
    /// fails with `ELOOP`.
    void setPermissions(String name, int mode) throws BlockException;

    /// Waits until the names are on stable storage, where the system can tell.
    void sync() throws BlockException;

    /// Closes the directory. Closing twice does nothing.
    @Override
    void close();
}
