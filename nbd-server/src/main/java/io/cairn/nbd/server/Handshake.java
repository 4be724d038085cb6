package io.cairn.nbd.server;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.ByteStream;
import io.cairn.protocol.nbd.NbdStream;
import io.cairn.protocol.nbd.NbdWire;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// The server's side of the fixed newstyle handshake (NBD protocol, "Handshake").
final class Handshake {
    /// Option data beyond this are passed over unread.
    private static final int MAX_OPTION = 64 << 10;

    /// Names of so many characters are cut in messages.
    private static final int LONGEST_SHOWN = 80;

    private final NbdServer server;
    private NbdStream stream;
    private boolean isSecure;
    private boolean sendsZeroes;
    private boolean structured;
    private boolean extended;

    /// The export whose contexts were chosen last, and those.
    private @Nullable NbdExport contextExport;

    private List<MetaContext> contexts = List.of();

    Handshake(NbdServer server, ByteStream stream) {
        this.server = server;
        this.stream = NbdStream.pooled(stream);
    }

    /// Where the client's bytes come from now: TLS may have come between.
    NbdStream stream() {
        return stream;
    }

    /// Talks with the client until it has chosen an export.
    ///
    /// @return null if it went away without one
    @Nullable Session run() throws BlockException {
        ByteBuffer greeting = ByteBuffer.allocateDirect(18);
        greeting.putLong(NbdWire.INIT_MAGIC).putLong(NbdWire.OPTION_MAGIC);
        greeting.putShort((short) (NbdWire.FIXED_NEWSTYLE | NbdWire.NO_ZEROES));
        stream.stream().write(greeting.flip());
        stream.require(4);
        int clientFlags = stream.in().getInt();
        if ((clientFlags & ~(NbdWire.FIXED_NEWSTYLE | NbdWire.NO_ZEROES)) != 0) {
            throw violation("unknown client flags 0x" + Integer.toHexString(clientFlags));
        }
        sendsZeroes = (clientFlags & NbdWire.NO_ZEROES) == 0;
        boolean fixed = (clientFlags & NbdWire.FIXED_NEWSTYLE) != 0;
        while (true) {
            if (!stream.await(16)) {
                return null;
            }
            ByteBuffer in = stream.in();
            if (in.getLong() != NbdWire.OPTION_MAGIC) {
                throw violation("bad option magic");
            }
            int option = in.getInt();
            long length = Integer.toUnsignedLong(in.getInt());
            if (length > NbdWire.MAX_PAYLOAD) {
                throw violation("option of " + length + " bytes");
            }
            if (!fixed && option != NbdWire.OPT_EXPORT_NAME) {
                throw violation("option " + option + " in an unfixed newstyle handshake");
            }
            if (option == NbdWire.OPT_ABORT) {
                stream.skip(length);
                abort();
                return null;
            }
            Session session = accept(option, (int) length);
            if (session != null) {
                return session;
            }
        }
    }

    /// The client may be gone already, which is no failure.
    private void abort() {
        try {
            reply(NbdWire.OPT_ABORT, NbdWire.REP_ACK);
        } catch (BlockException e) {
            return;
        }
    }

    private @Nullable Session accept(int option, int length) throws BlockException {
        if (option == NbdWire.OPT_EXPORT_NAME) {
            return exportName(length);
        }
        if (length > MAX_OPTION) {
            stream.skip(length);
            refuse(option, NbdWire.REP_ERR_TOO_BIG, "option data is too long");
            return null;
        }
        stream.require(length);
        ByteBuffer in = stream.in();
        ByteBuffer data = in.slice(in.position(), length);
        in.position(in.position() + length);
        if (server.requiresTls() && !isSecure && option != NbdWire.OPT_STARTTLS) {
            refuse(
                    option,
                    NbdWire.REP_ERR_TLS_REQD,
                    "Option 0x" + Integer.toHexString(option) + " not permitted before TLS");
            return null;
        }
        try {
            return answer(option, data);
        } catch (OptionRefusal refusal) {
            refuse(option, refusal.reply, refusal.text);
            return null;
        }
    }

    private @Nullable Session answer(int option, ByteBuffer data)
            throws BlockException, OptionRefusal {
        switch (option) {
            case NbdWire.OPT_LIST -> list(data);
            case NbdWire.OPT_STARTTLS -> startTls(data);
            case NbdWire.OPT_INFO, NbdWire.OPT_GO -> {
                return info(option, data);
            }
            case NbdWire.OPT_STRUCTURED_REPLY -> {
                requireEmpty(option, data);
                if (extended) {
                    throw new OptionRefusal(
                            NbdWire.REP_ERR_EXT_HEADER_REQD, "extended headers already negotiated");
                }
                reply(option, NbdWire.REP_ACK);
                structured = true;
            }
            case NbdWire.OPT_EXTENDED_HEADERS -> {
                requireEmpty(option, data);
                reply(option, NbdWire.REP_ACK);
                extended = true;
            }
            case NbdWire.OPT_LIST_META_CONTEXT, NbdWire.OPT_SET_META_CONTEXT ->
                    metaContext(option, data);
            default ->
                    throw new OptionRefusal(
                            NbdWire.REP_ERR_UNSUP,
                            "Unsupported option " + Integer.toUnsignedString(option));
        }
        return null;
    }

    // ---- options

    private Session exportName(int length) throws BlockException {
        if (server.requiresTls() && !isSecure) {
            throw violation("export chosen before TLS");
        }
        if (extended) {
            throw violation("NBD_OPT_EXPORT_NAME with extended headers");
        }
        String name = stream.text(length);
        NbdExport export = server.find(name);
        if (export == null) {
            throw violation(notPresent(name));
        }
        ByteBuffer out = ByteBuffer.allocateDirect(10 + NbdWire.RESERVED_ZEROES);
        out.putLong(export.length());
        out.putShort((short) export.transmissionFlags(structured, false));
        if (sendsZeroes) {
            out.position(out.capacity());
        }
        stream.stream().write(out.flip());
        return session(export, false);
    }

    private Session session(NbdExport export, boolean aligned) {
        List<MetaContext> chosen = export.equals(contextExport) ? contexts : List.of();
        return new Session(export, structured, extended, aligned, chosen);
    }

    private void list(ByteBuffer data) throws BlockException, OptionRefusal {
        requireEmpty(NbdWire.OPT_LIST, data);
        for (NbdExport export : server.exports()) {
            byte[] name = export.name().getBytes(StandardCharsets.UTF_8);
            byte[] description = export.description().getBytes(StandardCharsets.UTF_8);
            ByteBuffer payload = ByteBuffer.allocateDirect(4 + name.length + description.length);
            payload.putInt(name.length).put(name).put(description).flip();
            reply(NbdWire.OPT_LIST, NbdWire.REP_SERVER, payload);
        }
        reply(NbdWire.OPT_LIST, NbdWire.REP_ACK);
    }

    private void startTls(ByteBuffer data) throws BlockException, OptionRefusal {
        requireEmpty(NbdWire.OPT_STARTTLS, data);
        if (isSecure) {
            throw new OptionRefusal(NbdWire.REP_ERR_INVALID, "TLS already enabled");
        }
        if (!server.requiresTls()) {
            throw new OptionRefusal(NbdWire.REP_ERR_POLICY, "TLS not configured");
        }
        reply(NbdWire.OPT_STARTTLS, NbdWire.REP_ACK);
        if (stream.buffered() > 0) {
            throw violation("data between NBD_OPT_STARTTLS and TLS");
        }
        NbdStream plain = stream;
        stream = NbdStream.pooled(server.secure(plain.stream()));
        plain.close();
        isSecure = true;
        structured = false;
        extended = false;
        contextExport = null;
        contexts = List.of();
    }

    private @Nullable Session info(int option, ByteBuffer data)
            throws BlockException, OptionRefusal {
        String name = takeText(data, takeInt(data));
        int count = takeShort(data);
        if (data.remaining() != 2 * count) {
            throw new OptionRefusal(NbdWire.REP_ERR_INVALID, "length mismatch");
        }
        Set<Integer> wanted = new HashSet<>();
        for (int i = 0; i < count; i++) {
            wanted.add(takeShort(data));
        }
        NbdExport export = server.find(name);
        if (export == null) {
            throw new OptionRefusal(NbdWire.REP_ERR_UNKNOWN, notPresent(name));
        }
        boolean aligned = wanted.contains(NbdWire.INFO_BLOCK_SIZE);
        sendInfo(option, export, wanted, aligned || option == NbdWire.OPT_INFO);
        if (option == NbdWire.OPT_INFO && !aligned && export.minimumBlock() > 1) {
            throw new OptionRefusal(
                    NbdWire.REP_ERR_BLOCK_SIZE_REQD,
                    "request NBD_INFO_BLOCK_SIZE to use this export");
        }
        reply(option, NbdWire.REP_ACK);
        return option == NbdWire.OPT_GO ? session(export, aligned) : null;
    }

    private void sendInfo(int option, NbdExport export, Set<Integer> wanted, boolean tellsMinimum)
            throws BlockException {
        if (wanted.contains(NbdWire.INFO_NAME)) {
            reply(option, NbdWire.REP_INFO, infoText(NbdWire.INFO_NAME, export.name()));
        }
        if (!export.description().isEmpty()) {
            reply(
                    option,
                    NbdWire.REP_INFO,
                    infoText(NbdWire.INFO_DESCRIPTION, export.description()));
        }
        ByteBuffer sizes = ByteBuffer.allocateDirect(14);
        sizes.putShort((short) NbdWire.INFO_BLOCK_SIZE);
        sizes.putInt(tellsMinimum ? export.minimumBlock() : 1);
        sizes.putInt(export.preferredBlock()).putInt(export.maximumBlock());
        reply(option, NbdWire.REP_INFO, sizes.flip());
        ByteBuffer about = ByteBuffer.allocateDirect(12);
        about.putShort((short) NbdWire.INFO_EXPORT).putLong(export.length());
        about.putShort((short) export.transmissionFlags(structured, extended));
        reply(option, NbdWire.REP_INFO, about.flip());
    }

    private static ByteBuffer infoText(int type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(2 + bytes.length).putShort((short) type).put(bytes).flip();
    }

    private void metaContext(int option, ByteBuffer data) throws BlockException, OptionRefusal {
        if (!structured && !extended) {
            throw new OptionRefusal(
                    NbdWire.REP_ERR_INVALID,
                    "request option '"
                            + (option == NbdWire.OPT_SET_META_CONTEXT ? "set" : "list")
                            + " meta context' when structured reply is not negotiated");
        }
        boolean listing = option == NbdWire.OPT_LIST_META_CONTEXT;
        String name = takeText(data, takeInt(data));
        int count = takeInt(data);
        List<String> queries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            queries.add(takeText(data, takeInt(data)));
        }
        if (data.hasRemaining()) {
            throw new OptionRefusal(NbdWire.REP_ERR_INVALID, "length mismatch");
        }
        NbdExport export = server.find(name);
        if (export == null) {
            throw new OptionRefusal(NbdWire.REP_ERR_UNKNOWN, notPresent(name));
        }
        List<MetaContext> chosen = new ArrayList<>();
        for (MetaContext context : export.contexts()) {
            boolean isChosen = listing && queries.isEmpty();
            for (String query : queries) {
                isChosen |= context.isChosenBy(query, listing);
            }
            if (isChosen) {
                int id = listing ? 0 : chosen.size();
                reply(option, NbdWire.REP_META_CONTEXT, infoContext(id, context));
                chosen.add(context);
            }
        }
        reply(option, NbdWire.REP_ACK);
        if (!listing) {
            contextExport = export;
            contexts = chosen;
        }
    }

    private static ByteBuffer infoContext(int id, MetaContext context) {
        byte[] name = context.name().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocateDirect(4 + name.length).putInt(id).put(name).flip();
    }

    // ---- messages

    private void reply(int option, int type, ByteBuffer... payload) throws BlockException {
        int length = payload.length == 0 ? 0 : payload[0].remaining();
        ByteBuffer out = ByteBuffer.allocateDirect(20 + length);
        out.putLong(NbdWire.OPTION_REPLY_MAGIC).putInt(option).putInt(type).putInt(length);
        if (length > 0) {
            out.put(payload[0]);
        }
        stream.stream().write(out.flip());
    }

    private void refuse(int option, int type, String text) throws BlockException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(bytes.length, NbdWire.MAX_STRING);
        reply(option, type, ByteBuffer.allocateDirect(length).put(bytes, 0, length).flip());
    }

    private static void requireEmpty(int option, ByteBuffer data) throws OptionRefusal {
        if (data.hasRemaining()) {
            throw new OptionRefusal(
                    NbdWire.REP_ERR_INVALID, "option " + option + " should have zero length");
        }
    }

    private static int takeInt(ByteBuffer data) throws OptionRefusal {
        requireBytes(data, 4);
        return data.getInt();
    }

    private static int takeShort(ByteBuffer data) throws OptionRefusal {
        requireBytes(data, 2);
        return Short.toUnsignedInt(data.getShort());
    }

    private static String takeText(ByteBuffer data, int length) throws OptionRefusal {
        if (length < 0 || length > NbdWire.MAX_STRING) {
            throw new OptionRefusal(NbdWire.REP_ERR_INVALID, "invalid name length");
        }
        requireBytes(data, length);
        ByteBuffer bytes = data.slice(data.position(), length);
        data.position(data.position() + length);
        try {
            return NbdStream.decode(bytes);
        } catch (BlockException e) {
            throw new OptionRefusal(NbdWire.REP_ERR_INVALID, "invalid name");
        }
    }

    private static void requireBytes(ByteBuffer data, int count) throws OptionRefusal {
        if (data.remaining() < count) {
            throw new OptionRefusal(NbdWire.REP_ERR_INVALID, "option data is too short");
        }
    }

    private static BlockException violation(String text) {
        return new BlockException(Errno.EINVAL, text);
    }

    /// A long name is cut, as clients keep only so much of a text.
    private static String notPresent(String name) {
        String shown =
                name.length() < LONGEST_SHOWN ? name : name.substring(0, LONGEST_SHOWN) + "...";
        return "export '" + shown + "' not present";
    }

    /// An option that is answered with an error; the handshake goes on.
    private static final class OptionRefusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final int reply;
        private final String text;

        OptionRefusal(int reply, String text) {
            super(text);
            this.reply = reply;
            this.text = text;
        }
    }
}
