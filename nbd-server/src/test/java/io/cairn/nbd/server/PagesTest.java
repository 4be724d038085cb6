package io.cairn.nbd.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.BlockException;
import io.cairn.block.Permissions;
import io.cairn.block.WriteFlags;
import io.cairn.block.filter.FilterDrivers;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.BlockGraph;
import io.cairn.block.graph.DriverRegistry;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostListener;
import io.cairn.block.os.PagePipe;
import io.cairn.block.os.SocketEndpoint;
import io.cairn.block.statistics.Accounting;
import io.cairn.format.FormatDrivers;
import io.cairn.protocol.ProtocolDrivers;
import io.cairn.testimages.TestGraph;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;

/// Reads that go from the page cache to the client without a copy, and those that must not.
class PagesTest {
    private static final int LENGTH = 8 << 20;

    @TempDir Path folder;

    private final byte[] content = new byte[LENGTH];
    private final BlockGraph graph =
            new BlockGraph(
                    new DriverRegistry(
                            List.of(
                                    new ProtocolDrivers(),
                                    new FormatDrivers(),
                                    new FilterDrivers())));

    @BeforeEach
    void makeDisk() throws IOException {
        new Random(1).nextBytes(content);
        Files.write(folder.resolve("disk"), content);
    }

    private BlockBackend open(Options options) throws BlockException {
        return graph.open(
                new OpenRequest(null, options, TestGraph.WRITABLE, true),
                Permissions.ALL,
                Permissions.ALL);
    }

    private Options raw() {
        return new Options()
                .put("driver", "raw")
                .put("file.driver", "file")
                .put("file.filename", folder.resolve("disk").toString());
    }

    private static boolean givesPages(BlockBackend disk) throws BlockException {
        @Nullable PagePipe pipe = PagePipe.open(1 << 20);
        Assumptions.assumeTrue(pipe != null, "no pipe of 1 MiB is to be had");
        try (PagePipe open = Objects.requireNonNull(pipe)) {
            return disk.readPages(65536, 65536, open);
        }
    }

    @Test
    void aRawImageInAFileGivesItsPages() throws BlockException {
        try (BlockBackend disk = open(raw())) {
            assertThat(givesPages(disk)).isTrue();
        }
    }

    @Test
    void aFilterThatIsNotAskedSeesTheData() throws BlockException {
        Options throttled = new Options().put("driver", "blkdebug").putSub("image", raw());
        try (BlockBackend disk = open(throttled)) {
            assertThat(givesPages(disk)).isFalse();
        }
    }

    @Test
    void aNodeThatCountsItsRequestsSeesThem() throws BlockException {
        try (BlockBackend disk = open(raw())) {
            disk.node().setAccounting(new Accounting(Accounting.Settings.DEFAULT));

            assertThat(givesPages(disk)).isFalse();
        }
    }

    @Test
    void clientsReadWhatTheDiskHolds() throws IOException {
        SocketEndpoint endpoint = SocketEndpoint.Unix.of(folder.resolve("s").toString());
        try (BlockBackend disk = open(raw());
                NbdServer server = new NbdServer(ServerOptions.DEFAULT)) {
            server.addExport(NbdExport.of("", disk, true));
            server.listen(HostListener.open(endpoint, 4));
            Options options = new Options().put("driver", "nbd").put("path", endpoint.toString());
            try (BlockBackend client = open(options)) {
                client.write(70_000, ByteBuffer.allocateDirect(512), WriteFlags.NONE);
                Arrays.fill(content, 70_000, 70_512, (byte) 0);
                for (int length : new int[] {65_536, 100_000, 1 << 20, 5 << 20}) {
                    ByteBuffer back = ByteBuffer.allocateDirect(length);
                    client.read(1 << 16, back);

                    assertThat(back).isEqualTo(ByteBuffer.wrap(content, 1 << 16, length));
                }
            }
        }
    }
}
