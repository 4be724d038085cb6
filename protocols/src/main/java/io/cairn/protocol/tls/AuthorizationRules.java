package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.JsonArray;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.JsonValue;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// Rules that are looked at in turn; the first that fits an identity decides (QMP reference manual,
/// "AuthZListProperties").
///
/// @param rules the rules
/// @param allowsOthers whether who fits none may come in
record AuthorizationRules(List<Rule> rules, boolean allowsOthers) {
    AuthorizationRules {
        rules = List.copyOf(rules);
    }

    /// @param match an identity, or with `isGlob` a pattern with `*`, `?` and `[…]`
    record Rule(String match, boolean allows, boolean isGlob) {
        boolean fits(String identity) {
            return isGlob ? Glob.fits(match, 0, identity, 0) : match.equals(identity);
        }
    }

    boolean allows(String identity) {
        for (Rule rule : rules) {
            if (rule.fits(identity)) {
                return rule.allows();
            }
        }
        return allowsOthers;
    }

    /// Takes `policy` and `rules`.
    static AuthorizationRules of(JsonObject properties) throws BlockException {
        List<Rule> rules = new ArrayList<>();
        @Nullable JsonValue listed = properties.get("rules");
        if (listed instanceof JsonArray array) {
            for (JsonValue element : array.elements()) {
                if (!(element instanceof JsonObject rule)) {
                    throw new InvalidOptionException(
                            "Invalid parameter type for 'rules', expected: object");
                }
                rules.add(rule(rule));
            }
        } else if (listed != null) {
            throw new InvalidOptionException("Invalid parameter type for 'rules', expected: array");
        }
        return new AuthorizationRules(rules, isAllow("policy", properties.get("policy"), false));
    }

    private static Rule rule(JsonObject rule) throws BlockException {
        @Nullable JsonValue match = rule.get("match");
        if (match == null) {
            throw new InvalidOptionException("Parameter 'match' is missing");
        }
        @Nullable JsonValue policy = rule.get("policy");
        if (policy == null) {
            throw new InvalidOptionException("Parameter 'policy' is missing");
        }
        @Nullable JsonValue format = rule.get("format");
        String kind = format == null ? "exact" : format.asText();
        boolean isGlob =
                switch (kind) {
                    case "exact" -> false;
                    case "glob" -> true;
                    default ->
                            throw new InvalidOptionException(
                                    "Parameter 'format' does not accept value '" + kind + "'");
                };
        return new Rule(match.asText(), isAllow("policy", policy, false), isGlob);
    }

    private static boolean isAllow(String name, @Nullable JsonValue value, boolean otherwise)
            throws BlockException {
        if (value == null) {
            return otherwise;
        }
        return switch (value.asText()) {
            case "allow" -> true;
            case "deny" -> false;
            default ->
                    throw new InvalidOptionException(
                            "Parameter '"
                                    + name
                                    + "' does not accept value '"
                                    + value.asText()
                                    + "'");
        };
    }
}
