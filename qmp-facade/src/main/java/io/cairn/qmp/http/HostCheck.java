package io.cairn.qmp.http;

import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.List;

/// Keeps other people's web pages out: a name of theirs that they have come to mean this host makes
/// a browser take our answers for theirs (DNS rebinding). Who comes over loopback must therefore
/// ask for this host by a name that is its own.
///
/// @param given the host that the page was asked to be served at
record HostCheck(String given) {
    /// Whether a request may be answered.
    ///
    /// @param hosts its `Host` headers; null if it has none
    /// @param local the address that it came to
    boolean allows(@Nullable List<String> hosts, InetAddress local) {
        if (hosts == null || hosts.size() != 1) {
            return false;
        }
        if (!local.isLoopbackAddress()) {
            return true;
        }
        String name = withoutPort(hosts.getFirst());
        return name.equalsIgnoreCase("localhost")
                || name.equalsIgnoreCase(given)
                || isLoopback(name);
    }

    private static String withoutPort(String host) {
        if (host.startsWith("[")) {
            int end = host.indexOf(']');
            return end < 0 ? "" : host.substring(1, end);
        }
        int colon = host.indexOf(':');
        return colon < 0 ? host : host.substring(0, colon);
    }

    private static boolean isLoopback(String name) {
        try {
            return InetAddress.ofLiteral(name).isLoopbackAddress();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }
}
