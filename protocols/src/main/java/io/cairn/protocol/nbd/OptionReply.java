package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import java.nio.ByteBuffer;

/// What a server answers to an option of the handshake (NBD protocol, "Option reply types"), and
/// how that is told to users.
///
/// @param option what was asked
/// @param type the kind of the reply
/// @param data its payload, of which no more is kept than is understood
record OptionReply(int option, int type, ByteBuffer data) {
    boolean isError() {
        return (type & NbdWire.REP_FLAG_ERROR) != 0;
    }

    /// Fails unless the server has done what it was asked.
    void requireAck() throws BlockException {
        if (isError()) {
            throw refusal();
        }
        if (type != NbdWire.REP_ACK) {
            throw failure(
                    "Server answered option "
                            + option()
                            + " ("
                            + optionName()
                            + ")"
                            + " with unexpected reply "
                            + type
                            + " ("
                            + typeName(type)
                            + ")");
        }
    }

    /// A reply of another kind than may come.
    BlockException unexpected(int expected) {
        return failure(
                "unexpected reply type "
                        + Integer.toUnsignedString(type)
                        + " ("
                        + typeName(type)
                        + "), expected "
                        + expected
                        + " ("
                        + typeName(expected)
                        + ")");
    }

    /// Says why a server did not do what it was asked.
    BlockException refusal() throws BlockException {
        BlockException failure = failure(refusalText());
        if (type == NbdWire.REP_ERR_TLS_REQD) {
            failure.withHint("Did you forget a valid tls-creds?");
        }
        if (type != NbdWire.REP_ERR_UNSUP
                && data.hasRemaining()
                && data.remaining() <= NbdWire.MAX_STRING) {
            String said = "server reported: " + NbdStream.decode(data);
            failure.withHint(failure.hint().map(hint -> hint + "\n" + said).orElse(said));
        }
        return failure;
    }

    private String refusalText() {
        String about = "option " + option + " (" + optionName() + ")";
        return switch (type) {
            case NbdWire.REP_ERR_UNSUP ->
                    option == NbdWire.OPT_STARTTLS
                            ? "Server don't support STARTTLS option"
                            : "Server does not support " + about;
            case NbdWire.REP_ERR_POLICY -> "Denied by server for " + about;
            case NbdWire.REP_ERR_INVALID -> "Invalid parameters for " + about;
            case NbdWire.REP_ERR_PLATFORM -> "Server lacks support for " + about;
            case NbdWire.REP_ERR_TLS_REQD -> "TLS negotiation required before " + about;
            case NbdWire.REP_ERR_UNKNOWN -> "Requested export not available";
            case NbdWire.REP_ERR_SHUTDOWN -> "Server shutting down before " + about;
            case NbdWire.REP_ERR_BLOCK_SIZE_REQD -> "Server requires INFO_BLOCK_SIZE for " + about;
            default -> "Unknown error code when asking for " + about;
        };
    }

    private String optionName() {
        return switch (option) {
            case NbdWire.OPT_EXPORT_NAME -> "export name";
            case NbdWire.OPT_ABORT -> "abort";
            case NbdWire.OPT_LIST -> "list";
            case NbdWire.OPT_STARTTLS -> "starttls";
            case NbdWire.OPT_INFO -> "info";
            case NbdWire.OPT_GO -> "go";
            case NbdWire.OPT_STRUCTURED_REPLY -> "structured reply";
            case NbdWire.OPT_LIST_META_CONTEXT -> "list meta context";
            case NbdWire.OPT_SET_META_CONTEXT -> "set meta context";
            case NbdWire.OPT_EXTENDED_HEADERS -> "extended headers";
            default -> "<unknown>";
        };
    }

    private static String typeName(int type) {
        return switch (type) {
            case NbdWire.REP_ACK -> "ack";
            case NbdWire.REP_SERVER -> "server";
            case NbdWire.REP_INFO -> "info";
            case NbdWire.REP_META_CONTEXT -> "meta context";
            default -> "<unknown>";
        };
    }

    private static BlockException failure(String text) {
        return new BlockException(Errno.EINVAL, text);
    }
}
