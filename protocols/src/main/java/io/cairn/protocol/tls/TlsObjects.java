package io.cairn.protocol.tls;

import io.cairn.block.object.ObjectRegistry;

/// Makes the types of this package known to `--object` and `object-add`.
public final class TlsObjects {
    private TlsObjects() {}

    /// Adds the types to a registry.
    public static void addTo(ObjectRegistry registry) {
        registry.addType(AuthorizationSimple.TYPE, AuthorizationSimple.declared());
        registry.addType(AuthorizationList.TYPE, AuthorizationList.declared());
        registry.addType(AuthorizationListFile.TYPE, AuthorizationListFile.declared());
        registry.addType(AnonymousCredentials.TYPE, AnonymousCredentials.declared());
        registry.addType(PskCredentials.TYPE, PskCredentials.declared());
        registry.addType(X509Credentials.TYPE, X509Credentials.declared());
    }
}
