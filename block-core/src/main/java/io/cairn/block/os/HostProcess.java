package io.cairn.block.os;

/// This process, as the host sees it.
public final class HostProcess {
    private HostProcess() {}

    /// Sends a signal to this process by `kill(2)`; does nothing where native calls cannot be made.
    public static void raise(int signal) {
        if (LinuxHost.isAvailable()) {
            int kill = "amd64".equals(System.getProperty("os.arch")) ? 62 : 129;
            try (CallFrame frame = CallFrame.take()) {
                Syscall.call(frame, kill, ProcessHandle.current().pid(), signal, 0, 0, 0, 0);
            }
        }
    }
}
