package io.cairn.fuse.server;

/// Numbers and layouts of the messages between the kernel and who serves a file (Linux kernel,
/// `linux/fuse.h`, version 7 of the interface). All numbers are in the host's byte order.
///
/// Every message from the kernel begins with a header:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | length of the message |
/// | 4 | 4 | operation |
/// | 8 | 8 | the request's own number |
/// | 16 | 8 | the file; 1 for the root |
/// | 24 | 4 | the caller's user |
/// | 28 | 4 | the caller's group |
/// | 32 | 4 | the caller's process |
/// | 36 | 4 | length of extensions, padding |
///
/// and every answer with another:
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | length of the message |
/// | 4 | 4 | negative error number, or 0 |
/// | 8 | 8 | the request's number |
final class FuseWire {
    static final int MAJOR = 7;

    /// The newest minor version that we know the messages of.
    static final int MINOR = 38;

    /// The oldest, in which all messages that we send have their present length.
    static final int OLDEST_MINOR = 23;

    static final long ROOT = 1;

    static final int REQUEST_HEADER = 40;
    static final int REPLY_HEADER = 16;

    /// The header and `fuse_write_in`, behind which the data of a write stand.
    static final int WRITE_HEADER = REQUEST_HEADER + 40;

    static final int FORGET = 2;
    static final int GETATTR = 3;
    static final int SETATTR = 4;
    static final int OPEN = 14;
    static final int READ = 15;
    static final int WRITE = 16;
    static final int STATFS = 17;
    static final int RELEASE = 18;
    static final int FSYNC = 20;
    static final int FLUSH = 25;
    static final int INIT = 26;
    static final int INTERRUPT = 36;
    static final int DESTROY = 38;
    static final int BATCH_FORGET = 42;
    static final int FALLOCATE = 43;
    static final int LSEEK = 46;

    // Of INIT, what both sides can do.
    static final int ASYNC_READ = 1;
    static final int ATOMIC_O_TRUNC = 1 << 3;
    static final int BIG_WRITES = 1 << 5;
    static final int AUTO_INVAL_DATA = 1 << 12;
    static final int ASYNC_DIO = 1 << 15;
    static final int MAX_PAGES = 1 << 22;

    // Of SETATTR, what is to be set.
    static final int SET_MODE = 1;
    static final int SET_USER = 1 << 1;
    static final int SET_GROUP = 1 << 2;
    static final int SET_SIZE = 1 << 3;

    /// Of SETATTR, what says how to understand the rest and sets nothing: an open file, the owner
    /// of locks, that set-user bits go.
    static final int SET_NOTHING = 1 << 6 | 1 << 9 | 1 << 11;

    // Of FALLOCATE.
    static final int KEEP_SIZE = 1;
    static final int PUNCH_HOLE = 2;
    static final int ZERO_RANGE = 0x10;

    // Of LSEEK.
    static final int SEEK_DATA = 3;
    static final int SEEK_HOLE = 4;

    /// `S_IFREG`.
    static final int REGULAR = 0100000;

    private FuseWire() {}
}
