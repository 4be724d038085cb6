package io.cairn.protocol.tls;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `authz-list`: rules given with the object.
final class AuthorizationList implements Authorization, ObjectRegistry.UserObject {
    static final String TYPE = "authz-list";

    private final AuthorizationRules rules;

    private AuthorizationList(AuthorizationRules rules) {
        this.rules = rules;
    }

    static ObjectType<Options> declared() {
        return new TlsObjectType<>(
                OptionSchema.of(
                        OptionList.of(Option.string("policy", "what happens to who fits no rule")),
                        AuthorizationList::read),
                List.of("policy=<QAuthZListPolicy>", "rules=<QAuthZListRule>"),
                (properties, _) ->
                        new AuthorizationList(AuthorizationRules.of(properties.unflatten())));
    }

    /// The properties as they would stand in a file of rules.
    private static Options read(OptionReader in) throws InvalidOptionException {
        Options own = new Options().putSub("rules", in.sub("rules"));
        @Nullable String policy = in.string("policy");
        return policy == null ? own : own.put("policy", policy);
    }

    @Override
    public boolean allows(String identity) {
        return rules.allows(identity);
    }

    @Override
    public String type() {
        return TYPE;
    }
}
