package io.cairn.cli.nbd;

import io.cairn.block.graph.BlockGraph;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.cli.console.ToolException;
import io.cairn.protocol.tls.Authorization;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

/// The objects that `--tls-creds` and `--tls-authz` name.
final class NamedObjects {
    private static final String FAILED = "Failed to get TLS creds: ";

    private NamedObjects() {}

    static TlsCredentials credentials(BlockGraph graph, String id, boolean isServer)
            throws ToolException {
        ObjectRegistry.UserObject object =
                graph.objects()
                        .find(id)
                        .orElseThrow(() ->
                                ToolException.of(
                                        FAILED + "No TLS credentials with id '" + id + "'"));
        if (!(object instanceof TlsCredentials credentials)) {
            throw ToolException.of(FAILED + "Object with id '" + id + "' is not TLS credentials");
        }
        if (credentials.isServer() != isServer) {
            throw ToolException.of(
                    FAILED
                            + "Expected TLS credentials for a "
                            + (isServer ? "server" : "client")
                            + " endpoint");
        }
        return credentials;
    }

    static @Nullable Authorization authorization(BlockGraph graph, @Nullable String id)
            throws ToolException {
        if (id == null) {
            return null;
        }
        // Whoever names an object that is none lets nobody in.
        return identity -> {
            ObjectRegistry.UserObject object = graph.objects().find(id).orElse(null);
            return object instanceof Authorization authorization && authorization.allows(identity);
        };
    }
}
