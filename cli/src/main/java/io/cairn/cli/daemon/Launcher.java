package io.cairn.cli.daemon;

import io.cairn.block.BlockException;
import io.cairn.block.os.HostProcess;
import io.cairn.cli.console.ToolException;

/// Who has started this process, and waits for it if it is to run apart.
public final class Launcher {
    /// Names the descriptor on which the launcher waits to hear that the server serves.
    private static final String READY = "cairn.ready";

    private Launcher() {}

    /// Lets the launcher go, if it waits.
    ///
    /// @param keepsErrors whether standard error stays the caller's
    public static void release(boolean keepsErrors) throws ToolException {
        Integer ready = Integer.getInteger(READY);
        if (ready == null) {
            return;
        }
        try {
            HostProcess.detach(ready, keepsErrors);
        } catch (BlockException e) {
            throw ToolException.of("Could not leave the caller", e);
        }
    }
}
