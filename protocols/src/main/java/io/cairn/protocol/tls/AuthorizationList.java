package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Options;

/// `authz-list`: rules given with the object.
final class AuthorizationList implements Authorization, ObjectRegistry.UserObject {
    static final String TYPE = "authz-list";

    private final AuthorizationRules rules;

    private AuthorizationList(AuthorizationRules rules) {
        this.rules = rules;
    }

    static AuthorizationList create(Options properties, ObjectRegistry registry)
            throws BlockException {
        Options taken = properties.takeSub("rules");
        Options own = new Options().putSub("rules", taken);
        var policy = properties.take("policy");
        if (policy != null) {
            own.put("policy", policy);
        }
        properties.take("rules");
        return new AuthorizationList(AuthorizationRules.of(own.unflatten()));
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
