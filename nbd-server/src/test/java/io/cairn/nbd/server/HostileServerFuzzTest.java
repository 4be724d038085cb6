package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.option.Options;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;

/// The client with servers that send nonsense: what a server of ours once sent, with some bytes
/// changed, left out or put in. The client ends with an error of its own, and reserves no memory
/// for what a length claims.
@Timeout(300)
class HostileServerFuzzTest {
    private static final int ROUNDS =
            "full".equals(System.getProperty("cairn.effort")) ? 5_000 : 200;
    private static final long SEED = Long.getLong("cairn.seed", 20_261_126L);
    private static final int LENGTH = 1 << 20;
    private static final long MOST_MEMORY = 64L << 20;

    /// How replies are formed; the names are options that are kept from the server.
    enum Form {
        EXTENDED(new int[0]),
        STRUCTURED(new int[] {11}),
        SIMPLE(new int[] {11, 8});

        private final int[] hidden;

        Form(int[] hidden) {
            this.hidden = hidden;
        }
    }

    @TempDir Path folder;
    private ServedDisk served;
    private Path socket;
    private ServerSocketChannel listener;

    @BeforeEach
    void listen() throws IOException {
        System.out.println("seed " + SEED);
        served = new ServedDisk(folder, LENGTH);
        socket = folder.resolve("hostile");
        listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(UnixDomainSocketAddress.of(socket));
    }

    @AfterEach
    void close() throws IOException {
        listener.close();
        served.close();
    }

    @ParameterizedTest
    @EnumSource(Form.class)
    void changedBytesEndInErrorsOfOurs(Form form) throws Exception {
        byte[] sound = record(form);
        assertThat(session(sound)).isEmpty();
        Random random = new Random(SEED);
        long before = directMemory();

        int failures = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] changed = change(sound, random);
            failures += session(changed).isEmpty() ? 0 : 1;
            assertThat(directMemory() - before).as("round %d", round).isLessThan(MOST_MEMORY);
        }

        assertThat(failures).isGreaterThan(ROUNDS / 4);
    }

    @Test
    void randomBytesEndInErrorsOfOurs() throws Exception {
        Random random = new Random(SEED);
        for (int round = 0; round < ROUNDS; round++) {
            byte[] noise = new byte[random.nextInt(400)];
            random.nextBytes(noise);
            if (random.nextBoolean() && noise.length >= 18) {
                ByteBuffer.wrap(noise).putLong(0x4e42444d41474943L).putLong(0x49484156454F5054L);
            }

            assertThat(session(noise)).isNotEmpty();
        }
    }

    private static long directMemory() {
        long sum = 0;
        for (BufferPoolMXBean pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
            sum += pool.getName().equals("direct") ? pool.getMemoryUsed() : 0;
        }
        return sum;
    }

    private static byte[] change(byte[] sound, Random random) {
        byte[] changed = sound.clone();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(changed.length);
            switch (random.nextInt(5)) {
                case 0 -> changed[at] = (byte) random.nextInt(256);
                case 1 -> changed[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> changed = Arrays.copyOf(changed, at + 1);
                case 3 -> {
                    byte[] longer = Arrays.copyOf(changed, changed.length + 1);
                    System.arraycopy(changed, at, longer, at + 1, changed.length - at);
                    changed = longer;
                }
                default -> Arrays.fill(changed, at, Math.min(changed.length, at + 4), (byte) 0xff);
            }
        }
        return changed;
    }

    // ---- sessions

    /// What the client does with each server.
    private static void use(BlockBackend disk) throws BlockException {
        ByteBuffer data = ByteBuffer.allocateDirect(8192);
        disk.status(0, LENGTH, true);
        disk.read(4096, data);
        disk.write(0, data, WriteFlags.NONE);
        disk.flush();
        disk.read(65536, data);
        disk.status(65536, 65536, true);
    }

    /// Has the client meet a server that sends these bytes and ends.
    ///
    /// @return what the client says is wrong, empty if nothing is
    private String session(byte[] bytes) throws InterruptedException {
        AtomicReference<Throwable> broken = new AtomicReference<>();
        Thread server =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                send(bytes);
                            } catch (IOException e) {
                                broken.set(e);
                            }
                        });
        String text = "";
        try (BlockBackend disk = served.connect(new Options().put("path", socket.toString()))) {
            use(disk);
        } catch (BlockException e) {
            text = e.getMessage();
            assertThat(text).isNotEmpty().doesNotContain("internal error");
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                assertThat(cause).isNotInstanceOf(RuntimeException.class);
            }
        }
        server.join();
        assertThat(broken.get()).isNull();
        return text;
    }

    private void send(byte[] bytes) throws IOException {
        try (SocketChannel channel = listener.accept()) {
            ByteBuffer in = ByteBuffer.allocate(65536);
            try {
                channel.write(ByteBuffer.wrap(bytes));
                channel.shutdownOutput();
                while (channel.read(in.clear()) >= 0) {
                    // What the client asks for does not matter.
                    in.clear();
                }
            } catch (ClosedChannelException e) {
                throw e;
            } catch (IOException e) {
                // The client has gone in the middle.
                return;
            }
        }
    }

    // ---- recording

    /// What our server sends to a client that does all this.
    private byte[] record(Form form) throws Exception {
        ByteArrayOutputStream recorded = new ByteArrayOutputStream();
        Thread between =
                Thread.ofPlatform()
                        .start(() -> {
                            try (SocketChannel client = listener.accept();
                                    SocketChannel server =
                                            SocketChannel.open(
                                                    UnixDomainSocketAddress.of(served.socket))) {
                                pass(client, server, form, recorded);
                            } catch (IOException e) {
                                // The end of the client is the end of the recording.
                                return;
                            }
                        });
        try (BlockBackend disk = served.connect(new Options().put("path", socket.toString()))) {
            use(disk);
        }
        between.join();
        return recorded.toByteArray();
    }

    private static void pass(
            SocketChannel client, SocketChannel server, Form form, ByteArrayOutputStream recorded)
            throws IOException {
        Thread up =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                ByteBuffer in = ByteBuffer.allocate(1 << 20);
                                while (client.read(in.clear()) >= 0) {
                                    byte[] some = Arrays.copyOf(in.array(), in.position());
                                    hide(some, 0x49484156454F5054L, form, false);
                                    server.write(ByteBuffer.wrap(some));
                                }
                                server.shutdownOutput();
                            } catch (IOException e) {
                                return;
                            }
                        });
        ByteBuffer in = ByteBuffer.allocate(1 << 20);
        while (server.read(in.clear()) >= 0) {
            byte[] some = Arrays.copyOf(in.array(), in.position());
            hide(some, 0x3e889045565a9L, form, true);
            recorded.writeBytes(some);
            client.write(ByteBuffer.wrap(some));
        }
        try {
            up.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Gives options that a server is not to know another number, and their replies the old one.
    private static void hide(byte[] message, long magic, Form form, boolean isReply) {
        ByteBuffer view = ByteBuffer.wrap(message);
        for (int at = 0; at + 12 <= message.length; at++) {
            for (int option : form.hidden) {
                int seen = isReply ? option + 1000 : option;
                if (view.getLong(at) == magic && view.getInt(at + 8) == seen) {
                    view.putInt(at + 8, isReply ? option : option + 1000);
                }
            }
        }
    }
}
