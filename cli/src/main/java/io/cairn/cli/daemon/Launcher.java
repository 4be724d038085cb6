package io.cairn.cli.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.os.HostProcess;
import io.cairn.cli.console.ToolException;

/// Who has started this process, and waits for it if it is to run apart.
public final class Launcher {
    private static final String READY = "cairn.ready";

    private Launcher() {}

    /// Lets the launcher go, if it waits.
    public static void release() throws ToolException {
        Integer ready = Integer.getInteger(READY);
        if (ready == null) {
            return;
        }
        try {
            HostProcess.detach(ready, false);
        } catch (BlockException e) {
            throw ToolException.of("Could not leave the caller", e);
        }
    }
}
