package io.cairn.block.os;

import io.cairn.block.Aio;

/// How a file is opened: access, what happens to its name and content, and how its requests are
/// carried out.
///
/// @param writable whether the file may be written; every file may be read
/// @param create makes the file when there is none
/// @param exclusive with `create`, fails with `EEXIST` when there is one
/// @param truncate cuts an existing file to length 0
/// @param direct bypasses the page cache (`O_DIRECT`); see {@link HostFile#alignment()}
/// @param noFollow fails with `ELOOP` when the last component of the name is a symbolic link
/// @param mode the permission bits of a file that is made, before the process's umask
/// @param aio how requests wait for the kernel
public record OpenFlags(
        boolean writable,
        boolean create,
        boolean exclusive,
        boolean truncate,
        boolean direct,
        boolean noFollow,
        int mode,
        Aio aio) {
    /// An existing file, for reading.
    public static final OpenFlags READ_ONLY = existing(false);

    /// An existing file, for reading and writing.
    public static final OpenFlags READ_WRITE = existing(true);

    private static OpenFlags existing(boolean writable) {
        return new OpenFlags(writable, false, false, false, false, false, 0644, Aio.THREADS);
    }

    /// The same with write access or without.
    public OpenFlags withWritable(boolean on) {
        return new OpenFlags(on, create, exclusive, truncate, direct, noFollow, mode, aio);
    }

    /// The same, making the file when there is none.
    public OpenFlags withCreate() {
        return new OpenFlags(writable, true, exclusive, truncate, direct, noFollow, mode, aio);
    }

    /// The same, making the file and failing when there is one.
    public OpenFlags withCreateNew() {
        return new OpenFlags(writable, true, true, truncate, direct, noFollow, mode, aio);
    }

    /// The same, cutting an existing file to length 0.
    public OpenFlags withTruncate() {
        return new OpenFlags(writable, create, exclusive, true, direct, noFollow, mode, aio);
    }

    /// The same, bypassing the page cache or not.
    public OpenFlags withDirect(boolean on) {
        return new OpenFlags(writable, create, exclusive, truncate, on, noFollow, mode, aio);
    }

    /// The same, refusing a symbolic link.
    public OpenFlags withNoFollow() {
        return new OpenFlags(writable, create, exclusive, truncate, direct, true, mode, aio);
    }

    /// The same with other permission bits for a file that is made.
    public OpenFlags withMode(int bits) {
        return new OpenFlags(writable, create, exclusive, truncate, direct, noFollow, bits, aio);
    }

    /// The same with another way of waiting.
    public OpenFlags withAio(Aio way) {
        return new OpenFlags(writable, create, exclusive, truncate, direct, noFollow, mode, way);
    }

    /// What opens a file again by a name that is a link to it.
    OpenFlags reopening() {
        return new OpenFlags(writable, false, false, truncate, direct, false, mode, aio);
    }

    /// What remains once the file is open: nothing is made or cut a second time.
    OpenFlags opened() {
        return new OpenFlags(writable, false, false, false, direct, noFollow, mode, aio);
    }
}
