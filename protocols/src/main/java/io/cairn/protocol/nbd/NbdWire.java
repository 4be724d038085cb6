package io.cairn.protocol.nbd;

/// The protocol's numbers, by the names that its specification gives them without `NBD_`. All of
/// them go over the wire big-endian.
public final class NbdWire {
    /// The port that is reserved for the protocol.
    public static final int DEFAULT_PORT = 10809;

    /// The longest name, description or error text.
    public static final int MAX_STRING = 4096;

    /// The longest payload that every peer takes.
    public static final int MAX_PAYLOAD = 32 << 20;

    // ---- handshake

    /// `NBDMAGIC`, the first 8 bytes of a server.
    public static final long INIT_MAGIC = 0x4e42444d41474943L;

    /// The next 8 bytes of an oldstyle server.
    public static final long OLDSTYLE_MAGIC = 0x00420281861253L;

    /// `IHAVEOPT`: the next 8 bytes of a newstyle server, and the start of every option.
    public static final long OPTION_MAGIC = 0x49484156454F5054L;

    /// The start of every reply to an option.
    public static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;

    /// Handshake flag: options get replies. Bit 0, both ways.
    public static final int FIXED_NEWSTYLE = 1;

    /// Handshake flag: no 124 zeroes after an export's flags. Bit 1, both ways.
    public static final int NO_ZEROES = 2;

    /// The zeroes that old clients want.
    public static final int RESERVED_ZEROES = 124;

    public static final int OPT_EXPORT_NAME = 1;
    public static final int OPT_ABORT = 2;
    public static final int OPT_LIST = 3;
    public static final int OPT_STARTTLS = 5;
    public static final int OPT_INFO = 6;
    public static final int OPT_GO = 7;
    public static final int OPT_STRUCTURED_REPLY = 8;
    public static final int OPT_LIST_META_CONTEXT = 9;
    public static final int OPT_SET_META_CONTEXT = 10;
    public static final int OPT_EXTENDED_HEADERS = 11;

    public static final int REP_ACK = 1;
    public static final int REP_SERVER = 2;
    public static final int REP_INFO = 3;
    public static final int REP_META_CONTEXT = 4;

    /// Set in every reply that is an error.
    public static final int REP_FLAG_ERROR = 1 << 31;

    public static final int REP_ERR_UNSUP = REP_FLAG_ERROR | 1;
    public static final int REP_ERR_POLICY = REP_FLAG_ERROR | 2;
    public static final int REP_ERR_INVALID = REP_FLAG_ERROR | 3;
    public static final int REP_ERR_PLATFORM = REP_FLAG_ERROR | 4;
    public static final int REP_ERR_TLS_REQD = REP_FLAG_ERROR | 5;
    public static final int REP_ERR_UNKNOWN = REP_FLAG_ERROR | 6;
    public static final int REP_ERR_SHUTDOWN = REP_FLAG_ERROR | 7;
    public static final int REP_ERR_BLOCK_SIZE_REQD = REP_FLAG_ERROR | 8;
    public static final int REP_ERR_TOO_BIG = REP_FLAG_ERROR | 9;
    public static final int REP_ERR_EXT_HEADER_REQD = REP_FLAG_ERROR | 10;

    public static final int INFO_EXPORT = 0;
    public static final int INFO_NAME = 1;
    public static final int INFO_DESCRIPTION = 2;
    public static final int INFO_BLOCK_SIZE = 3;

    // ---- transmission flags

    public static final int FLAG_HAS_FLAGS = 1;
    public static final int FLAG_READ_ONLY = 1 << 1;
    public static final int FLAG_SEND_FLUSH = 1 << 2;
    public static final int FLAG_SEND_FUA = 1 << 3;
    public static final int FLAG_ROTATIONAL = 1 << 4;
    public static final int FLAG_SEND_TRIM = 1 << 5;
    public static final int FLAG_SEND_WRITE_ZEROES = 1 << 6;
    public static final int FLAG_SEND_DF = 1 << 7;
    public static final int FLAG_CAN_MULTI_CONN = 1 << 8;
    public static final int FLAG_SEND_RESIZE = 1 << 9;
    public static final int FLAG_SEND_CACHE = 1 << 10;
    public static final int FLAG_SEND_FAST_ZERO = 1 << 11;
    public static final int FLAG_BLOCK_STATUS_PAYLOAD = 1 << 12;

    // ---- requests

    /// Magic, flags (16), command (16), cookie (64), offset (64), length (32).
    public static final int REQUEST_MAGIC = 0x25609513;

    public static final int REQUEST_SIZE = 28;

    /// As a request, with a length of 64 bits.
    public static final int EXTENDED_REQUEST_MAGIC = 0x21e41c71;

    public static final int EXTENDED_REQUEST_SIZE = 32;

    public static final int CMD_READ = 0;
    public static final int CMD_WRITE = 1;
    public static final int CMD_DISC = 2;
    public static final int CMD_FLUSH = 3;
    public static final int CMD_TRIM = 4;
    public static final int CMD_CACHE = 5;
    public static final int CMD_WRITE_ZEROES = 6;
    public static final int CMD_BLOCK_STATUS = 7;

    public static final int CMD_FLAG_FUA = 1;
    public static final int CMD_FLAG_NO_HOLE = 1 << 1;
    public static final int CMD_FLAG_DF = 1 << 2;
    public static final int CMD_FLAG_REQ_ONE = 1 << 3;
    public static final int CMD_FLAG_FAST_ZERO = 1 << 4;
    public static final int CMD_FLAG_PAYLOAD_LEN = 1 << 5;

    // ---- replies

    /// Magic, error (32), cookie (64).
    public static final int SIMPLE_REPLY_MAGIC = 0x67446698;

    public static final int SIMPLE_REPLY_SIZE = 16;

    /// Magic, flags (16), type (16), cookie (64), length of the payload (32).
    public static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;

    public static final int STRUCTURED_REPLY_SIZE = 20;

    /// Magic, flags (16), type (16), cookie (64), the request's offset (64), length of the payload
    /// (64).
    public static final int EXTENDED_REPLY_MAGIC = 0x6e8a278c;

    public static final int EXTENDED_REPLY_SIZE = 32;

    /// The chunk is the last of its reply.
    public static final int REPLY_FLAG_DONE = 1;

    public static final int REPLY_NONE = 0;

    /// Offset (64), data.
    public static final int REPLY_OFFSET_DATA = 1;

    /// Offset (64), length of the hole (32).
    public static final int REPLY_OFFSET_HOLE = 2;

    /// Context (32), then for each extent length (32) and flags (32).
    public static final int REPLY_BLOCK_STATUS = 5;

    /// Context (32), count (32), then for each extent length (64) and flags (64).
    public static final int REPLY_BLOCK_STATUS_EXT = 6;

    /// Error (32), length of the text (16), text.
    public static final int REPLY_ERROR = 1 << 15 | 1;

    /// Error (32), length of the text (16), text, offset (64).
    public static final int REPLY_ERROR_OFFSET = 1 << 15 | 2;

    // ---- metadata contexts

    public static final String BASE_ALLOCATION = "base:allocation";
    public static final String ALLOCATION_DEPTH = "qemu:allocation-depth";
    public static final String DIRTY_BITMAP = "qemu:dirty-bitmap:";

    /// `base:allocation`: the range occupies no space.
    public static final int STATE_HOLE = 1;

    /// `base:allocation`: the range reads as zeroes.
    public static final int STATE_ZERO = 2;

    /// `qemu:dirty-bitmap:NAME`: the range was written to.
    public static final int STATE_DIRTY = 1;

    private NbdWire() {}
}
