package io.cairn.protocol.nbd;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.HostException;
import io.cairn.block.os.ByteStream;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The client's side of the handshake: fixed newstyle, newstyle, and oldstyle (NBD protocol,
/// "Handshake").
public final class ClientHandshake {
    /// Exports that a list is read of at most.
    private static final int MAX_EXPORTS = 10_000;

    private static final int MAX_REPLY = NbdWire.MAX_PAYLOAD;

    private static final String READING_LENGTH = "Failed to read export length";
    private static final String READING_FLAGS = "Failed to read export flags";

    private NbdStream stream;
    private final @Nullable TlsCredentials tls;
    private final @Nullable String host;
    private boolean isFixed;
    private boolean sendsZeroes;
    private boolean structured;
    private boolean extended;

    /// The number under which the server reports the context that was asked for; -1 for none.
    private int contextId = -1;

    /// A handshake over a stream that nothing was read from.
    ///
    /// @param tls with what the connection is to be secured, or null
    /// @param host what the server must show itself to be
    public ClientHandshake(ByteStream stream, @Nullable TlsCredentials tls, @Nullable String host) {
        this.stream = new NbdStream(stream);
        this.tls = tls;
        this.host = host;
    }

    NbdStream stream() {
        return stream;
    }

    boolean isChunked() {
        return structured || extended;
    }

    boolean isExtended() {
        return extended;
    }

    int contextId() {
        return contextId;
    }

    /// Chooses an export, with a metadata context if the server has it.
    ExportInfo choose(String name, @Nullable String context) throws BlockException {
        ExportInfo start = new ExportInfo(name, "", 0, 0, 0, 0, 0, List.of());
        if (!greet()) {
            return oldstyle(start);
        }
        if (!isFixed) {
            return exportName(start);
        }
        secure();
        negotiateReplies();
        if (isChunked() && context != null) {
            setContext(name, context);
        }
        ExportInfo info = info(NbdWire.OPT_GO, start);
        if (info != null) {
            return info;
        }
        Map<String, String> listed = names();
        if (!listed.isEmpty() && !listed.containsKey(name)) {
            // To be asked for what it has not, such a server just ends the connection.
            throw failure(Errno.EINVAL, "No export with name '" + name + "' available");
        }
        return exportName(start);
    }

    /// What the server has, with all that it says of each export. The connection is over then.
    public List<ExportInfo> list() throws BlockException {
        if (!greet()) {
            ExportInfo only = oldstyle(new ExportInfo("", "", 0, 0, 0, 0, 0, List.of()));
            return List.of(only);
        }
        if (!isFixed) {
            throw failure(Errno.EINVAL, "Server does not support export lists");
        }
        secure();
        // Extended headers would change nothing of the list but a flag that the peer does not know.
        structured = request(NbdWire.OPT_STRUCTURED_REPLY);
        List<ExportInfo> found = new ArrayList<>();
        for (Map.Entry<String, String> export : names().entrySet()) {
            ExportInfo start = new ExportInfo(export.getKey(), "", 0, 0, 0, 0, 0, List.of());
            ExportInfo info = info(NbdWire.OPT_INFO, start);
            ExportInfo known = info == null ? start : info;
            String description =
                    export.getValue().isEmpty() ? known.description() : export.getValue();
            known = known.withName(export.getKey(), description);
            if (isChunked()) {
                known = known.withContexts(contexts(export.getKey()));
            }
            found.add(known);
        }
        send(NbdWire.OPT_ABORT, new byte[0]);
        return found;
    }

    // ---- greeting

    /// Reads the server's greeting and answers it.
    ///
    /// @return false if it is an oldstyle server
    private boolean greet() throws BlockException {
        require(8, "Failed to read initial magic");
        long magic = stream.in().getLong();
        if (magic != NbdWire.INIT_MAGIC) {
            throw failure(Errno.EINVAL, "Bad initial magic received: 0x" + Long.toHexString(magic));
        }
        require(8, "Failed to read server magic");
        long kind = stream.in().getLong();
        if (kind == NbdWire.OLDSTYLE_MAGIC) {
            if (tls != null) {
                throw failure(Errno.EINVAL, "Server does not support STARTTLS");
            }
            return false;
        }
        if (kind != NbdWire.OPTION_MAGIC) {
            throw failure(Errno.EINVAL, "Bad server magic received: 0x" + Long.toHexString(kind));
        }
        require(2, "Failed to read server flags");
        int flags = stream.in().getShort();
        isFixed = (flags & NbdWire.FIXED_NEWSTYLE) != 0;
        sendsZeroes = (flags & NbdWire.NO_ZEROES) == 0;
        ByteBuffer answer = ByteBuffer.allocateDirect(4);
        answer.putInt(flags & (NbdWire.FIXED_NEWSTYLE | NbdWire.NO_ZEROES));
        write(answer.flip(), "Failed to send clientflags field");
        if (!isFixed && tls != null) {
            throw failure(Errno.EINVAL, "Server does not support STARTTLS");
        }
        return true;
    }

    private ExportInfo oldstyle(ExportInfo start) throws BlockException {
        if (!start.name().isEmpty()) {
            throw failure(Errno.EINVAL, "Server does not support non-empty export names");
        }
        require(8, READING_LENGTH);
        long length = stream.in().getLong();
        require(4, READING_FLAGS);
        int flags = stream.in().getInt();
        skipReserved();
        return checked(start.withExport(length, flags & 0xffff));
    }

    private void secure() throws BlockException {
        if (tls == null) {
            return;
        }
        send(NbdWire.OPT_STARTTLS, new byte[0]);
        OptionReply reply = receive(NbdWire.OPT_STARTTLS);
        reply.requireAck();
        if (stream.buffered() > 0) {
            throw failure(Errno.EINVAL, "Server sent data between STARTTLS and TLS");
        }
        stream = new NbdStream(tls.connect(stream.stream(), host));
    }

    private void negotiateReplies() throws BlockException {
        extended = request(NbdWire.OPT_EXTENDED_HEADERS);
        if (!extended) {
            structured = request(NbdWire.OPT_STRUCTURED_REPLY);
        }
    }

    /// Asks for something that a server need not have.
    private boolean request(int option) throws BlockException {
        send(option, new byte[0]);
        OptionReply reply = receive(option);
        if (reply.isError()) {
            return false;
        }
        reply.requireAck();
        return true;
    }

    // ---- exports

    private ExportInfo exportName(ExportInfo start) throws BlockException {
        if (extended) {
            throw failure(Errno.EINVAL, "Server does not support NBD_OPT_GO with extended headers");
        }
        send(NbdWire.OPT_EXPORT_NAME, start.name().getBytes(StandardCharsets.UTF_8));
        require(8, READING_LENGTH);
        long length = stream.in().getLong();
        require(2, READING_FLAGS);
        int flags = Short.toUnsignedInt(stream.in().getShort());
        if (sendsZeroes) {
            skipReserved();
        }
        return checked(start.withExport(length, flags));
    }

    /// Asks for an export's details, or chooses it.
    ///
    /// @return null if the server knows no such option
    private @Nullable ExportInfo info(int option, ExportInfo start) throws BlockException {
        byte[] name = start.name().getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(4 + name.length + 2 + 2);
        data.putInt(name.length).put(name);
        data.putShort((short) 1).putShort((short) NbdWire.INFO_BLOCK_SIZE);
        send(option, data.array());
        ExportInfo info = start;
        boolean isKnown = false;
        while (true) {
            OptionReply reply = receive(option);
            if (reply.type() == NbdWire.REP_ACK) {
                if (!isKnown) {
                    throw failure(Errno.EINVAL, "broken server omitted NBD_INFO_EXPORT");
                }
                return checked(info);
            }
            if (reply.isError()) {
                if (reply.type() == NbdWire.REP_ERR_UNSUP) {
                    return null;
                }
                throw reply.refusal();
            }
            if (reply.type() != NbdWire.REP_INFO || reply.data().remaining() < 2) {
                throw reply.unexpected(NbdWire.REP_INFO);
            }
            int type = Short.toUnsignedInt(reply.data().getShort());
            isKnown |= type == NbdWire.INFO_EXPORT;
            info = addInfo(info, type, reply.data());
        }
    }

    private static ExportInfo addInfo(ExportInfo info, int type, ByteBuffer data)
            throws BlockException {
        switch (type) {
            case NbdWire.INFO_EXPORT -> {
                requireSize(data, 10);
                return info.withExport(data.getLong(), Short.toUnsignedInt(data.getShort()));
            }
            case NbdWire.INFO_BLOCK_SIZE -> {
                requireSize(data, 12);
                return withBlocks(info, data.getInt(), data.getInt(), data.getInt());
            }
            case NbdWire.INFO_DESCRIPTION -> {
                if (data.remaining() > NbdWire.MAX_STRING) {
                    throw failure(Errno.EINVAL, "export description is too long");
                }
                return info.withName(info.name(), NbdStream.decode(data));
            }
            default -> {
                // What we did not ask for is not ours to understand.
                return info;
            }
        }
    }

    private static ExportInfo withBlocks(ExportInfo info, int minimum, int preferred, int maximum)
            throws BlockException {
        if (Integer.bitCount(minimum) != 1 || minimum < 0) {
            throw failure(
                    Errno.EINVAL,
                    "server minimum block size "
                            + Integer.toUnsignedString(minimum)
                            + " is not a power of two");
        }
        if (Integer.bitCount(preferred) != 1 || preferred < minimum) {
            throw failure(
                    Errno.EINVAL,
                    "server preferred block size "
                            + Integer.toUnsignedString(preferred)
                            + " is not valid");
        }
        long max = Integer.toUnsignedLong(maximum);
        if (max < minimum) {
            throw failure(
                    Errno.EINVAL,
                    "server maximum block size " + max + " is smaller than the minimum");
        }
        return info.withBlocks(minimum, preferred, (int) Math.min(max, Integer.MAX_VALUE));
    }

    private static ExportInfo checked(ExportInfo info) throws BlockException {
        if (info.length() < 0) {
            throw failure(Errno.EINVAL, "export length is too large");
        }
        return info;
    }

    private Map<String, String> names() throws BlockException {
        send(NbdWire.OPT_LIST, new byte[0]);
        Map<String, String> found = new LinkedHashMap<>();
        while (true) {
            OptionReply reply = receive(NbdWire.OPT_LIST);
            if (reply.type() == NbdWire.REP_ACK || reply.type() == NbdWire.REP_ERR_UNSUP) {
                return found;
            }
            if (reply.isError()) {
                throw reply.refusal();
            }
            ByteBuffer data = reply.data();
            if (reply.type() != NbdWire.REP_SERVER) {
                throw reply.unexpected(NbdWire.REP_SERVER);
            }
            if (data.remaining() < 4) {
                throw failure(Errno.EINVAL, "incorrect option length " + data.remaining());
            }
            int length = data.getInt();
            if (length < 0 || length > data.remaining() || found.size() >= MAX_EXPORTS) {
                throw failure(Errno.EINVAL, "incorrect option name length");
            }
            String name = NbdStream.decode(data.slice(data.position(), length));
            found.put(name, NbdStream.decode(data.position(data.position() + length)));
        }
    }

    // ---- metadata contexts

    private void setContext(String export, String context) throws BlockException {
        sendContextQuery(NbdWire.OPT_SET_META_CONTEXT, export, context);
        while (true) {
            OptionReply reply = receive(NbdWire.OPT_SET_META_CONTEXT);
            if (reply.type() == NbdWire.REP_ACK || reply.isError()) {
                return;
            }
            if (reply.type() != NbdWire.REP_META_CONTEXT || reply.data().remaining() < 4) {
                throw reply.unexpected(NbdWire.REP_META_CONTEXT);
            }
            int id = reply.data().getInt();
            if (!NbdStream.decode(reply.data()).equals(context)) {
                throw failure(Errno.EINVAL, "Failed to negotiate query '" + context + "'");
            }
            contextId = id;
        }
    }

    private List<String> contexts(String export) throws BlockException {
        sendContextQuery(NbdWire.OPT_LIST_META_CONTEXT, export, null);
        List<String> found = new ArrayList<>();
        while (true) {
            OptionReply reply = receive(NbdWire.OPT_LIST_META_CONTEXT);
            if (reply.type() == NbdWire.REP_ACK || reply.isError()) {
                return found;
            }
            if (reply.type() != NbdWire.REP_META_CONTEXT
                    || reply.data().remaining() < 4
                    || found.size() >= MAX_EXPORTS) {
                throw reply.unexpected(NbdWire.REP_META_CONTEXT);
            }
            reply.data().getInt();
            found.add(NbdStream.decode(reply.data()));
        }
    }

    private void sendContextQuery(int option, String export, @Nullable String context)
            throws BlockException {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        byte[] query = context == null ? new byte[0] : context.getBytes(StandardCharsets.UTF_8);
        ByteBuffer data = ByteBuffer.allocate(4 + name.length + 4 + 4 + query.length);
        data.putInt(name.length).put(name);
        data.putInt(context == null ? 0 : 1);
        if (context != null) {
            data.putInt(query.length).put(query);
        }
        byte[] whole = new byte[data.position()];
        data.flip().get(whole);
        send(option, whole);
    }

    // ---- messages

    private void send(int option, byte[] data) throws BlockException {
        ByteBuffer out = ByteBuffer.allocateDirect(16 + data.length);
        out.putLong(NbdWire.OPTION_MAGIC).putInt(option).putInt(data.length).put(data);
        write(out.flip(), "Failed to send option request header");
    }

    private OptionReply receive(int option) throws BlockException {
        require(20, "failed to read option reply");
        ByteBuffer in = stream.in();
        long magic = in.getLong();
        if (magic != NbdWire.OPTION_REPLY_MAGIC) {
            throw failure(Errno.EINVAL, "Unexpected option reply magic");
        }
        int about = in.getInt();
        int type = in.getInt();
        long length = Integer.toUnsignedLong(in.getInt());
        if (about != option) {
            throw failure(Errno.EINVAL, "Unexpected option type " + about + ", expected " + option);
        }
        if (length > MAX_REPLY) {
            throw failure(Errno.EINVAL, "Option reply of " + length + " bytes is too long");
        }
        int kept = (int) Math.min(length, 4 * NbdWire.MAX_STRING);
        require(kept, "failed to read option reply");
        ByteBuffer data = ByteBuffer.allocate(kept);
        data.put(stream.in().slice(stream.in().position(), kept)).flip();
        stream.in().position(stream.in().position() + kept);
        stream.skip(length - kept);
        return new OptionReply(option, type, data);
    }

    private void require(int count, String doing) throws BlockException {
        try {
            stream.require(count);
        } catch (HostException e) {
            throw e.prefixed("Unable to read from socket").prefixed(doing);
        } catch (BlockException e) {
            throw e.prefixed(doing);
        }
    }

    private void skipReserved() throws BlockException {
        require(NbdWire.RESERVED_ZEROES, "Failed to read reserved block");
        stream.skip(NbdWire.RESERVED_ZEROES);
    }

    private void write(ByteBuffer bytes, String doing) throws BlockException {
        try {
            stream.stream().write(bytes);
        } catch (HostException e) {
            throw e.prefixed("Unable to write to socket").prefixed(doing);
        } catch (BlockException e) {
            throw e.prefixed(doing);
        }
    }

    private static void requireSize(ByteBuffer data, int size) throws BlockException {
        if (data.remaining() != size) {
            throw failure(Errno.EINVAL, "remaining export info len is unexpected size");
        }
    }

    private static BlockException failure(Errno errno, String text) {
        return new BlockException(errno, text);
    }
}
