package io.cairn.qmp.export;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.protocol.tls.Authorization;
import io.cairn.protocol.tls.TlsCredentials;

import org.jspecify.annotations.Nullable;

/// The objects by which servers secure their connections, by their ids.
public final class TlsObjectNames {
    private final ObjectRegistry objects;

    public TlsObjectNames(ObjectRegistry objects) {
        this.objects = objects;
    }

    /// The credentials of a server.
    public TlsCredentials credentials(String id) throws InvalidOptionException {
        ObjectRegistry.UserObject object =
                objects.find(id)
                        .orElseThrow(() ->
                                new InvalidOptionException(
                                        "No TLS credentials with id '" + id + "'"));
        if (!(object instanceof TlsCredentials credentials)) {
            throw new InvalidOptionException("Object with id '" + id + "' is not TLS credentials");
        }
        if (!credentials.isServer()) {
            throw new InvalidOptionException("Expecting TLS credentials with a server endpoint");
        }
        return credentials;
    }

    /// Who may come in. It is looked up when somebody does: an object that is not there lets in
    /// nobody. Null, which lets in everybody, for no id.
    public @Nullable Authorization authorization(@Nullable String id) {
        if (id == null) {
            return null;
        }
        return identity -> {
            ObjectRegistry.UserObject object = objects.find(id).orElse(null);
            return object instanceof Authorization authorization && authorization.allows(identity);
        };
    }
}
