package io.cairn.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The least that an NBD client needs: simple replies, one request at a time.
final class NbdClient implements AutoCloseable {
    private static final long OPTION_MAGIC = 0x49484156454F5054L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int OPT_EXPORT_NAME = 1;
    private static final int BLOCK = 4096;

    private final SocketChannel channel;
    private final ByteBuffer message = ByteBuffer.allocateDirect(28 + BLOCK);
    private final ByteBuffer reply = ByteBuffer.allocateDirect(16 + BLOCK);

    /// @param export the export's name, empty for a server that has but one
    NbdClient(Path socket, String export) throws IOException {
        channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        receive(18);
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        message.putInt(3).putLong(OPTION_MAGIC).putInt(OPT_EXPORT_NAME);
        message.putInt(name.length).put(name);
        send();
        receive(10);
    }

    private void send() throws IOException {
        message.flip();
        while (message.hasRemaining()) {
            channel.write(message);
        }
        message.clear();
    }

    private void receive(int count) throws IOException {
        reply.clear().limit(count);
        while (reply.hasRemaining()) {
            if (channel.read(reply) < 0) {
                throw new EOFException("the server has gone");
            }
        }
    }

    private void request(int command, long offset) {
        message.putInt(REQUEST_MAGIC).putShort((short) 0).putShort((short) command);
        message.putLong(1).putLong(offset).putInt(BLOCK);
    }

    private void receiveReply(int count) throws IOException {
        receive(16 + count);
        if (reply.getInt(4) != 0) {
            throw new IOException("the server reports error " + reply.getInt(4));
        }
    }

    /// Reads a block and returns its first eight bytes.
    long read(long block) throws IOException {
        request(0, block * BLOCK);
        send();
        receiveReply(BLOCK);
        return reply.getLong(16);
    }

    /// Writes a block that begins with these bytes.
    void write(long block, long value) throws IOException {
        request(1, block * BLOCK);
        message.putLong(value).position(28 + BLOCK);
        send();
        receiveReply(0);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
