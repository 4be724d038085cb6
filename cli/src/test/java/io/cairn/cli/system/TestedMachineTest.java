package io.cairn.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.Workers;
import io.cairn.testimages.Eventually;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A machine whose clock a test program steps (`-accel qtest`).
@Timeout(60)
class TestedMachineTest {
    private static final Pattern READS = Pattern.compile("[^_]rd_operations\": (\\d+)");

    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @TempDir Path directory;
    private Path tester;
    private Path monitor;
    private Path log;

    @BeforeEach
    void setUp() {
        tester = directory.resolve("tester");
        monitor = directory.resolve("monitor");
        log = directory.resolve("log");
    }

    private void start(String... more) {
        List<String> arguments = new ArrayList<>(List.of(more));
        arguments.addAll(List.of("-qtest", "unix:" + tester + ",server=on,wait=off"));
        arguments.addAll(List.of("-qtest-log", log.toString()));
        arguments.addAll(List.of("-qmp", "unix:" + monitor + ",server=on,wait=off"));
        Workers.startDaemon(
                "system",
                () -> ended.complete(SystemToolTest.run(arguments.toArray(String[]::new))));
    }

    /// A line to the machine, which answers in lines.
    private static final class Line implements AutoCloseable {
        private final SocketChannel channel;
        private final BufferedReader in;

        private Line(SocketChannel channel) {
            this.channel = channel;
            in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
        }

        /// A line to a socket, which may have its name before anybody listens.
        static Line to(Path socket) {
            AtomicReference<Optional<Line>> made = new AtomicReference<>(Optional.empty());
            Eventually.await(
                    "somebody listens on " + socket,
                    () -> {
                        made.set(connect(socket));
                        return made.get().isPresent();
                    });
            return made.get().orElseThrow();
        }

        private static Optional<Line> connect(Path socket) {
            try {
                SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
                try {
                    channel.connect(UnixDomainSocketAddress.of(socket));
                    return Optional.of(new Line(channel));
                } catch (IOException _) {
                    channel.close();
                    return Optional.empty();
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String receive() throws IOException {
            return in.readLine();
        }

        String ask(String request) throws IOException {
            channel.write(ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8)));
            return receive();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /// How many reads of the first drive are done.
    private static long reads(Line monitor) throws Exception {
        Matcher figure = READS.matcher(monitor.ask("{'execute':'query-blockstats'}"));
        assertThat(figure.find()).isTrue();
        return Long.parseLong(figure.group(1));
    }

    @Test
    void requestsPassAsTheClockIsStepped() throws Exception {
        start(
                "-accel",
                "qtest",
                "-drive",
                "if=none,id=d,driver=null-co,size=1M,read-zeroes=on,throttling.iops-total=10");
        try (Line test = Line.to(tester);
                Line qmp = Line.to(monitor)) {
            assertThat(test.ask("clock_set 2000000000")).isEqualTo("OK 2000000000");
            qmp.receive();
            qmp.ask("{'execute':'qmp_capabilities'}");
            for (int i = 0; i < 30; i++) {
                qmp.ask(
                        "{'execute':'human-monitor-command','arguments':"
                                + "{'command-line':'qemu-io d \\\"aio_read 0 512\\\"'}}");
            }
            assertThat(test.ask("clock_step 0")).isEqualTo("OK 2000000000");
            long before = reads(qmp);

            assertThat(before).isBetween(1L, 5L);
            assertThat(test.ask("clock_step 1000000000")).isEqualTo("OK 3000000000");
            assertThat(reads(qmp)).isEqualTo(before + 10);
            assertThat(test.ask("clock_step")).isEqualTo("OK 3100000000");
            assertThat(reads(qmp)).isEqualTo(before + 11);
            test.ask("clock_step 10000000000");
            assertThat(reads(qmp)).isEqualTo(30);
            assertThat(qmp.ask("{'execute':'query-blockstats'}"))
                    .contains("\"rd_total_time_ns\": 30000000,");
            qmp.ask("{'execute':'quit'}");
            assertThat(ended.get()).isEqualTo("0\n");
        }
    }

    @Test
    void whatIsSaidIsNoted() throws Exception {
        start();
        try (Line test = Line.to(tester);
                Line qmp = Line.to(monitor)) {
            assertThat(test.ask("clock_step 5")).isEqualTo("FAIL Unknown command 'clock_step'");
            qmp.receive();
            qmp.ask("{'execute':'qmp_capabilities'}");
            qmp.ask("{'execute':'quit'}");
            assertThat(ended.get()).isEqualTo("0\n");
        }
        assertThat(Files.readString(log))
                .matches(
                        "\\[I 0\\.000000] OPENED\n"
                                + "\\[R \\+\\d\\.\\d{6}] clock_step 5\n"
                                + "\\[S \\+\\d\\.\\d{6}] FAIL Unknown command 'clock_step'\n"
                                + "\\[I \\+\\d\\.\\d{6}] CLOSED\n");
    }

    @Test
    void refusesWhatItDoesNotKnow() throws Exception {
        start("-accel", "qtest");
        try (Line test = Line.to(tester);
                Line qmp = Line.to(monitor)) {
            assertThat(test.ask("readl 0")).isEqualTo("FAIL Unknown command 'readl'");
            assertThat(test.ask("clock_step x")).isEqualTo("FAIL clock_step: 'x' is no number");
            assertThat(test.ask("clock_set")).isEqualTo("FAIL Unknown command 'clock_set'");
            qmp.receive();
            qmp.ask("{'execute':'qmp_capabilities'}");
            qmp.ask("{'execute':'quit'}");
            assertThat(ended.get()).isEqualTo("0\n");
        }
    }
}
