package io.cairn.block.os;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Sockets that a service manager opened for this process (`sd_listen_fds(3)`).
final class Activation {
    private static final int FIRST = 3;
    private static final int MAX_COUNT = 1024;

    private Activation() {}

    /// The sockets, if the environment means this process.
    static List<SocketEndpoint> endpoints(@Nullable String pid, @Nullable String fds, long self) {
        List<SocketEndpoint> found = new ArrayList<>();
        if (pid == null || fds == null || number(pid) != self) {
            return found;
        }
        long count = Math.min(number(fds), MAX_COUNT);
        for (int i = 0; i < count; i++) {
            found.add(new SocketEndpoint.Descriptor(FIRST + i));
        }
        return found;
    }

    /// The number, or 0 for what is none.
    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException _) {
            return 0;
        }
    }
}
