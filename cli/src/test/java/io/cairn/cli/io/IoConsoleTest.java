package io.cairn.cli.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.block.NodeFlags;
import io.cairn.block.Permissions;
import io.cairn.block.graph.BlockBackend;
import io.cairn.block.graph.OpenRequest;
import io.cairn.block.object.ThrottleGroupObject;
import io.cairn.block.option.Options;
import io.cairn.block.statistics.Accounting;
import io.cairn.block.statistics.OperationKind;
import io.cairn.block.statistics.OperationStatistics;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Stdout;
import io.cairn.cli.image.Images;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// Commands on a drive of another tool.
class IoConsoleTest {
    private final Accounting accounting = new Accounting(Accounting.Settings.DEFAULT);
    private Images images;
    private BlockBackend drive;
    private IoConsole console;

    @BeforeEach
    void open() throws Exception {
        PrintStream nowhere =
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Invocation invocation =
                new Invocation("test", true, List.of(), new Stdout(nowhere, false), nowhere);
        images = new Images(invocation, new Messages(invocation));
        Options bad =
                new Options()
                        .put("driver", "blkdebug")
                        .put("image.driver", "null-co")
                        .put("image.read-zeroes", true)
                        .put("inject-error.0.event", "none")
                        .put("inject-error.0.iotype", "write")
                        .put("inject-error.0.sector", 2048);
        NodeFlags writable = NodeFlags.READ_ONLY.withReadOnly(false);
        drive =
                images.graph()
                        .open(
                                new OpenRequest(null, bad, writable, true),
                                Permissions.ALL,
                                Permissions.ALL);
        drive.account(accounting);
        console = new IoConsole(invocation, images);
    }

    @AfterEach
    void close() throws Exception {
        drive.close();
        images.close();
    }

    private void run(String... commands) {
        for (String command : commands) {
            assertThat(console.execute(drive, command)).isEmpty();
        }
    }

    private OperationStatistics counted(OperationKind kind) {
        return accounting.statistics(kind);
    }

    @Test
    void countsAsynchronousRequestsAmongTheGuestsOwn() {
        run("aio_read 0 8M", "aio_read 512 512", "aio_write 0 1k", "aio_flush");

        assertThat(counted(OperationKind.READ).operations()).isEqualTo(2);
        assertThat(counted(OperationKind.READ).bytes()).isEqualTo((8 << 20) + 512);
        assertThat(counted(OperationKind.WRITE).operations()).isEqualTo(1);
        assertThat(counted(OperationKind.WRITE).bytes()).isEqualTo(1024);
        assertThat(counted(OperationKind.FLUSH).operations()).isEqualTo(1);
    }

    @Test
    void countsThoseThatFailAndThoseThatAreToBeInvalid() {
        run("aio_write 1M 512", "aio_read -i 0 512", "aio_write -i 0 512", "aio_flush");

        assertThat(counted(OperationKind.WRITE).failed()).isEqualTo(1);
        assertThat(counted(OperationKind.WRITE).operations()).isZero();
        assertThat(counted(OperationKind.WRITE).invalid()).isEqualTo(1);
        assertThat(counted(OperationKind.READ).invalid()).isEqualTo(1);
    }

    @Test
    void doesNotCountOthers() {
        run("read 0 512", "write 0 512", "flush");

        assertThat(counted(OperationKind.READ).operations()).isZero();
        assertThat(counted(OperationKind.WRITE).operations()).isZero();
        assertThat(counted(OperationKind.FLUSH).operations()).isZero();
    }

    @Test
    void whatIsLentForACommandStaysUntilItsRequestsAreOver() throws Exception {
        BlockBackend lent = lend();
        Accounting counted = new Accounting(Accounting.Settings.DEFAULT);
        lent.account(counted);

        assertThat(console.executeAndClose(lent, "aio_write -P 3 2M 64M")).isEmpty();

        assertThat(counted.statistics(OperationKind.WRITE).operations()).isEqualTo(1);
        assertThat(counted.statistics(OperationKind.WRITE).failed()).isZero();
        assertThat(lent.root()).isNull();
    }

    /// A request of another command that waits for days does not keep it.
    @Test
    void whatIsLentGoesWithItsOwnRequests() throws Exception {
        images.graph()
                .objects()
                .add(ThrottleGroupObject.TYPE, "g", new Options().put("x-bps-total", "1"));
        Options options =
                new Options()
                        .put("driver", "throttle")
                        .put("throttle-group", "g")
                        .put("file.driver", "null-co")
                        .put("file.read-zeroes", true);
        OpenRequest request = new OpenRequest(null, options, NodeFlags.READ_ONLY, true);
        try (BlockBackend slow = images.graph().open(request, Permissions.NONE, Permissions.ALL)) {
            assertThat(console.execute(slow, "aio_read 0 64k")).isEmpty();
            assertThat(console.execute(slow, "aio_read 0 64k")).isEmpty();
            BlockBackend lent = lend();

            assertThat(console.executeAndClose(lent, "read 0 512")).isEmpty();
            assertThat(lent.root()).isNull();
        }
    }

    private BlockBackend lend() throws Exception {
        return images.graph().newBackend("", drive.node(), Permissions.NONE, Permissions.ALL);
    }
}
