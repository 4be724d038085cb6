package io.cairn.nbd.server;

import io.cairn.protocol.nbd.NbdWire;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A client that sends what a test tells it to, byte by byte.
final class RawPeer implements AutoCloseable {
    private final SocketChannel channel;

    RawPeer(Path socket) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    }

    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    ByteBuffer receive(int count) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(count);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("ended after " + bytes.position() + " of " + count);
            }
        }
        return bytes.flip();
    }

    /// Reads to the end; what the peer resets has ended as well.
    int receiveAll() {
        ByteBuffer bytes = ByteBuffer.allocate(4096);
        int total = 0;
        try {
            for (int n = channel.read(bytes); n >= 0; n = channel.read(bytes.clear())) {
                total += n;
            }
        } catch (IOException e) {
            return total;
        }
        return total;
    }

    void greet() throws IOException {
        receive(18);
        send(ByteBuffer.allocate(4).putInt(NbdWire.FIXED_NEWSTYLE | NbdWire.NO_ZEROES).flip());
    }

    /// Chooses the nameless export, with simple replies.
    void choose() throws IOException {
        greet();
        option(NbdWire.OPT_EXPORT_NAME, new byte[0]);
        receive(10);
    }

    void option(int option, byte[] data) throws IOException {
        send(
                ByteBuffer.allocate(16 + data.length)
                        .putLong(NbdWire.OPTION_MAGIC)
                        .putInt(option)
                        .putInt(data.length)
                        .put(data)
                        .flip());
    }

    /// The type of the next reply to an option; its data are passed over.
    int optionReply() throws IOException {
        ByteBuffer head = receive(20);
        head.getLong();
        head.getInt();
        int type = head.getInt();
        receive(head.getInt());
        return type;
    }

    static byte[] name(String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length + 2)
                .putInt(bytes.length)
                .put(bytes)
                .putShort((short) 0)
                .array();
    }

    void request(int flags, int command, long cookie, long offset, int length) throws IOException {
        send(
                ByteBuffer.allocate(NbdWire.REQUEST_SIZE)
                        .putInt(NbdWire.REQUEST_MAGIC)
                        .putShort((short) flags)
                        .putShort((short) command)
                        .putLong(cookie)
                        .putLong(offset)
                        .putInt(length)
                        .flip());
    }

    /// The error of the next simple reply, which must be to the given cookie.
    int simpleReply(long cookie) throws IOException {
        ByteBuffer reply = receive(NbdWire.SIMPLE_REPLY_SIZE);
        int magic = reply.getInt();
        int error = reply.getInt();
        long to = reply.getLong();
        if (magic != NbdWire.SIMPLE_REPLY_MAGIC || to != cookie) {
            throw new IOException("a reply to " + to + " instead of " + cookie);
        }
        return error;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
