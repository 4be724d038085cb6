package io.cairn.cli.system;

import io.cairn.block.os.HostProcess;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Tool;
import io.cairn.cli.image.Images;

import java.io.IOException;

/// The daemon in the place of qemu-system-x86_64, for programs that start one to manage its disks:
/// the same nodes, jobs and exports, and besides them drives and devices that own them. There is no
/// processor.
public final class SystemTool implements Tool {
    @Override
    public int run(Invocation invocation) {
        HostProcess.prepare();
        Messages messages = new Messages(invocation);
        try (Images images = new Images(invocation, messages)) {
            new SystemRun(invocation, images).run();
            return 0;
        } catch (IOException e) {
            return messages.report(e);
        }
    }
}
