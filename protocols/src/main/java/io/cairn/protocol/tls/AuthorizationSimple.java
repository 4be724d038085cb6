package io.cairn.protocol.tls;

import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionSchema;

import java.util.List;

/// `authz-simple`: one identity may come in (QMP reference manual, "AuthZSimpleProperties").
final class AuthorizationSimple implements Authorization, ObjectRegistry.UserObject {
    static final String TYPE = "authz-simple";

    private final String identity;

    private AuthorizationSimple(String identity) {
        this.identity = identity;
    }

    static ObjectType<String> declared() {
        return new TlsObjectType<>(
                OptionSchema.of(
                        OptionList.of(Option.string("identity", "who may come in")),
                        in -> in.requiredString("identity")),
                List.of("identity=<string>"),
                (identity, _) -> new AuthorizationSimple(identity));
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
