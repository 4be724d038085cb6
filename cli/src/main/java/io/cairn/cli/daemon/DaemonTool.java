package io.cairn.cli.daemon;

import io.cairn.block.os.HostProcess;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Tool;
import io.cairn.cli.image.Images;

import java.io.IOException;

/// `cairn daemon`, in place of qemu-storage-daemon: serves nodes, jobs and exports to whoever asks
/// over QMP.
public final class DaemonTool implements Tool {
    @Override
    public int run(Invocation invocation) {
        HostProcess.prepare();
        Messages messages = new Messages(invocation);
        try (Images images = new Images(invocation, messages)) {
            new DaemonRun(invocation, messages, images).run();
            return 0;
        } catch (IOException e) {
            return messages.report(e);
        }
    }
}
