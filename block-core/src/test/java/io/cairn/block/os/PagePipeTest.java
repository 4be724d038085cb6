package io.cairn.block.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cairn.block.BlockException;
import io.cairn.block.Workers;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;

/// Pages of files on their way to sockets.
class PagePipeTest {
    private static final int LENGTH = 3 << 20;
    private static final int CAPACITY = 1 << 20;

    private final Host host = new LinuxHost(true);
    private final byte[] content = new byte[LENGTH];

    @TempDir Path folder;

    private HostFile file() throws IOException {
        new Random(1).nextBytes(content);
        Path path = folder.resolve("disk");
        Files.write(path, content);
        return host.open(path.toString(), OpenFlags.READ_WRITE);
    }

    private static PagePipe pipe() {
        @Nullable PagePipe pipe = PagePipe.open(CAPACITY);
        assumeTrue(pipe != null, "no pipe of 1 MiB is to be had");
        return Objects.requireNonNull(pipe);
    }

    private void exchange(HostFile file, long offset, int length) throws BlockException {
        SocketEndpoint endpoint = SocketEndpoint.Unix.of(folder.resolve("s").toString());
        try (HostListener listener = host.listen(endpoint, 1);
                HostSocket from = host.connect(listener.endpoint());
                HostSocket to = listener.accept();
                PagePipe pipe = pipe();
                Workers workers = Workers.platform("sender")) {
            assertThat(from.takesPages()).isTrue();
            assertThat(file.readPages(offset, length, pipe)).isTrue();
            workers.fork(() -> from.write(pipe, length));
            ByteBuffer got = ByteBuffer.allocateDirect(length);
            for (int done = 0; done < length; ) {
                done += to.read(got.slice(done, length - done));
            }
            workers.join();
            byte[] expected = Arrays.copyOfRange(content, (int) offset, (int) offset + length);
            assertThat(got).isEqualTo(ByteBuffer.wrap(expected));
        }
    }

    @Test
    void bringsAsMuchAsThePipeTakesToALocalSocket() throws IOException {
        try (HostFile file = file()) {
            exchange(file, 1 << 20, CAPACITY);
        }
    }

    @Test
    void bringsRangesThatAreNoPages() throws IOException {
        try (HostFile file = file()) {
            exchange(file, 12_345, 100_001);
        }
    }

    @Test
    void takesNothingThatThePipeCannotHoldOrTheFileHasNot() throws IOException {
        try (HostFile file = file();
                PagePipe pipe = pipe();
                PagePipe other = pipe()) {
            assertThat(file.readPages(1, CAPACITY, pipe)).isFalse();
            assertThat(file.readPages(LENGTH - 4096, 8192, other)).isFalse();
        }
    }

    @Test
    void isNotForSocketsOfANetwork() throws BlockException {
        SocketEndpoint endpoint = SocketEndpoint.Inet.of("127.0.0.1", 0);
        try (HostListener listener = host.listen(endpoint, 1);
                HostSocket from = host.connect(listener.endpoint())) {
            assertThat(from.takesPages()).isFalse();
        }
    }
}
