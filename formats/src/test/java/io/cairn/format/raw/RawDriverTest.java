package io.cairn.format.raw;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.Preallocation;
import io.cairn.block.WriteFlags;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.graph.ReopenRequest;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;
import io.cairn.block.spi.BlockDriver;
import io.cairn.block.spi.DriverInstance;
import io.cairn.block.spi.DriverKind;
import io.cairn.block.spi.DriverProvider;
import io.cairn.block.spi.OpenContext;
import io.cairn.format.FormatDrivers;
import io.cairn.testimages.MemoryHost;
import io.cairn.testimages.MemoryStorage;
import io.cairn.testimages.TestGraph;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

class RawDriverTest {
    private static final int LENGTH = 64 << 10;

    private final MemoryHost host = new MemoryHost();
    private final TestGraph graph = new TestGraph(host, new FormatDrivers(), new Marked());
    private final List<String> warnings = new ArrayList<>();

    @BeforeEach
    void makeDisk() {
        host.put("disk", new MemoryStorage(new byte[LENGTH]));
        graph.graph().setWarningSink(warnings::add);
    }

    @AfterEach
    void close() {
        graph.close();
    }

    private BlockBackend probe(NodeFlags flags) throws BlockException {
        return graph.graph()
                .open(
                        new OpenRequest("mem:disk", new Options(), flags, true),
                        Permissions.NONE,
                        Permissions.ALL);
    }

    private BlockBackend window(Options options) throws BlockException {
        return graph.open(RawDriver.NAME, "disk", options);
    }

    @Test
    void warnsOfAGuessedFormatOnlyWhereItCouldBeWritten() throws BlockException {
        try (BlockBackend disk = probe(NodeFlags.READ_ONLY)) {
            assertThat(disk.node().driver()).isEqualTo("raw");
            assertThat(warnings).isEmpty();
        }
        try (BlockBackend _ = probe(TestGraph.WRITABLE)) {
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .startsWith(
                            "WARNING: Image format was not specified for 'mem:disk' and probing"
                                    + " guessed raw.\n");
        }
    }

    @Test
    void refusesToLookLikeAnotherFormatWhenGuessed() throws BlockException {
        ByteBuffer header = ByteBuffer.allocateDirect(1024).putInt(0, Marked.MARK);
        try (BlockBackend disk = probe(TestGraph.WRITABLE)) {
            disk.setPermissions(Permissions.ALL, Permissions.ALL);

            assertThatThrownBy(() -> disk.write(0, header, WriteFlags.NONE))
                    .isInstanceOfSatisfying(
                            BlockException.class,
                            e -> assertThat(e.errno()).isEqualTo(Errno.EPERM));
            assertThatThrownBy(() -> disk.write(0, header.slice(0, 4), WriteFlags.NONE))
                    .isInstanceOf(BlockException.class);
            disk.write(512, header, WriteFlags.NONE);
            disk.write(0, ByteBuffer.allocateDirect(512), WriteFlags.NONE);
        }
        assertThat(host.get("disk").content()[0]).isZero();
        try (BlockBackend disk = window(new Options())) {
            disk.write(0, header, WriteFlags.NONE);
        }
        assertThat(host.get("disk").content()[0]).isEqualTo((byte) (Marked.MARK >> 24));
    }

    @Test
    void guardsAGuessedImageThatBecomesWritableLater() throws BlockException {
        ByteBuffer header = ByteBuffer.allocateDirect(512).putInt(0, Marked.MARK);
        try (BlockBackend disk = probe(NodeFlags.READ_ONLY)) {
            Options writable = new Options().put("read-only", false);
            graph.graph().reopen(List.of(new ReopenRequest(disk.node(), writable, true)));
            disk.setPermissions(Permissions.ALL, Permissions.ALL);

            assertThatThrownBy(() -> disk.write(0, header, WriteFlags.NONE))
                    .isInstanceOf(BlockException.class);
            assertThatThrownBy(() -> disk.write(0, header.slice(0, 4), WriteFlags.NONE))
                    .isInstanceOf(BlockException.class);
            disk.write(512, header, WriteFlags.NONE);
        }
    }

    @Test
    void refusesWindowsThatDoNotFit() {
        assertThatThrownBy(() -> window(new Options().put("offset", LENGTH + 512)))
                .hasMessage(
                        "Offset (66048) cannot be greater than size of the containing file"
                                + " (65536)");
        assertThatThrownBy(() -> window(new Options().put("size", "65k")))
                .hasMessage(
                        "The sum of offset (0) and size (66560) has to be smaller or equal to the "
                                + " actual size of the containing file (65536)");
        assertThatThrownBy(() -> window(new Options().put("size", 513)))
                .hasMessage("Specified size is not multiple of 512");
    }

    @Test
    void keepsAFixedSize() throws BlockException {
        try (BlockBackend disk = window(new Options().put("size", 1024))) {
            assertThatThrownBy(() -> disk.truncate(512, true, Preallocation.OFF, false))
                    .hasMessage("Cannot resize fixed-size raw disks");
        }
    }

    @Test
    void growsBehindAnOffset() throws BlockException {
        try (BlockBackend disk = window(new Options().put("offset", 512))) {
            assertThat(disk.length()).isEqualTo(LENGTH - 512);

            disk.truncate(LENGTH, true, Preallocation.OFF, false);

            assertThat(disk.length()).isEqualTo(LENGTH);
            assertThat(host.get("disk").content()).hasSize(LENGTH + 512);
        }
    }

    @Test
    void movesItsWindowOnReopening() throws BlockException {
        try (BlockBackend disk = window(new Options().put("size", 1024))) {
            reopen(disk, new Options().put("driver", "raw").put("offset", 512));

            assertThat(disk.length()).isEqualTo(LENGTH - 512);
            assertThat(disk.node().filename()).startsWith("json:{\"offset\": 512, ");
            assertThatThrownBy(() ->
                            reopen(disk, new Options().put("driver", "raw").put("offset", 1 << 20)))
                    .hasMessageStartingWith("Offset (1048576) cannot be greater");
            assertThat(disk.length()).isEqualTo(LENGTH - 512);
        }
    }

    @Test
    void namesTheOptionThatReopeningCannotChange() throws BlockException {
        try (BlockBackend disk = window(new Options().put("node-name", "disk"))) {
            reopen(disk, new Options().put("driver", "raw").put("node-name", "disk"));
            assertThatThrownBy(() -> reopen(disk, new Options().put("node-name", "other")))
                    .hasMessage("Cannot change the option 'node-name'");
            assertThatThrownBy(() -> reopen(disk, new Options().put("driver", "qcow2")))
                    .hasMessage("Cannot change the option 'driver'");
        }
    }

    private void reopen(BlockBackend disk, Options options) throws BlockException {
        String file = disk.node().children().getFirst().node().name();
        Options all = new Options(options).put("file", file);
        graph.graph().reopen(List.of(new ReopenRequest(disk.node(), all, false)));
    }

    @Test
    void namesAWindowByItsOptions() throws BlockException {
        try (BlockBackend disk = window(new Options().put("offset", "1k"))) {
            assertThat(disk.node().filename())
                    .isEqualTo(
                            "json:{\"offset\": \"1k\", \"driver\": \"raw\", \"file\": {\"driver\":"
                                    + " \"memory\", \"filename\": \"disk\"}}");
        }
        try (BlockBackend disk = window(new Options())) {
            assertThat(disk.node().filename()).isEqualTo("mem:disk");
        }
    }

    /// Another format, which knows its images by their first four bytes.
    private static final class Marked implements DriverProvider, BlockDriver {
        static final int MARK = 0x4d41524b;

        private static final String NAME = "marked";

        @Override
        public Set<String> names() {
            return Set.of(NAME);
        }

        @Override
        public BlockDriver driver(String name) {
            return this;
        }

        @Override
        public Set<String> probingFormats() {
            return Set.of(NAME);
        }

        @Override
        public @Nullable String driverOfPrefix(String prefix) {
            return null;
        }

        @Override
        public String name() {
            return NAME;
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FORMAT;
        }

        @Override
        public OptionSchema<?> openSchema() {
            throw new UnsupportedOperationException();
        }

        @Override
        public int probe(ByteBuffer head, String filename) {
            return head.remaining() >= 4 && head.getInt(0) == MARK ? 100 : 0;
        }

        @Override
        public DriverInstance open(OpenContext context) {
            throw new UnsupportedOperationException();
        }
    }
}
