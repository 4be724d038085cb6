package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// `authz-simple`: one identity may come in (QMP reference manual, "AuthZSimpleProperties").
final class AuthorizationSimple implements Authorization, ObjectRegistry.UserObject {
    static final String TYPE = "authz-simple";

    private final String identity;

    private AuthorizationSimple(String identity) {
        this.identity = identity;
    }

    static AuthorizationSimple create(Options properties, ObjectRegistry registry)
            throws BlockException {
        @Nullable String identity = properties.takeText("identity");
        if (identity == null) {
            throw new InvalidOptionException("Parameter 'identity' is missing");
        }
        return new AuthorizationSimple(identity);
    }

    @Override
    public boolean allows(String peer) {
        return identity.equals(peer);
    }

    @Override
    public String type() {
        return TYPE;
    }
}
