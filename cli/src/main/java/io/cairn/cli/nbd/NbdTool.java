package io.cairn.cli.nbd;

import io.cairn.block.os.HostPath;
import io.cairn.cli.console.Invocation;
import io.cairn.cli.console.Messages;
import io.cairn.cli.console.Tool;
import io.cairn.cli.console.ToolException;
import io.cairn.cli.image.Images;

import java.io.IOException;

/// `cairn nbd`, in place of qemu-nbd: exports an image to NBD clients, or lists what another server
/// exports.
public final class NbdTool implements Tool {
    @Override
    public int run(Invocation invocation) {
        Messages messages = new Messages(invocation);
        try (Images images = new Images(invocation, messages)) {
            NbdArguments line = NbdArguments.parse(invocation, messages, images);
            if (line.lists) {
                ListMode.run(line, images, invocation.out());
            } else if (line.disconnects) {
                disconnect(line.operands.getFirst());
            } else {
                new ServerRun(line, messages, images).run();
            }
            return 0;
        } catch (IOException e) {
            return messages.report(e);
        }
    }

    private static void disconnect(String device) throws ToolException {
        throw ToolException.of(
                HostPath.exists(device)
                        ? "The kernel's client for "
                                .concat(device)
                                .concat(" is not supported; disconnect it with nbd-client -d")
                        : "Cannot open ".concat(device).concat(": No such file or directory"));
    }
}
