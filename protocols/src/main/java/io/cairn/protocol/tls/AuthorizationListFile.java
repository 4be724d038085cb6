package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.os.HostPath;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// `authz-list-file`: rules in a file of JSON. With `refresh` (the default) a changed file counts
/// for the next peer.
final class AuthorizationListFile implements Authorization, ObjectRegistry.UserObject {
    static final String TYPE = "authz-list-file";

    private static final int MAX_LENGTH = 1 << 20;

    private final String filename;
    private final boolean refreshes;
    private final AuthorizationRules first;

    private AuthorizationListFile(String filename, boolean refreshes) throws BlockException {
        this.filename = filename;
        this.refreshes = refreshes;
        this.first = load(filename);
    }

    /// @param filename where the rules are
    /// @param refreshes whether a changed file counts
    record Properties(String filename, boolean refreshes) {
        private static Properties read(OptionReader in) throws InvalidOptionException {
            return new Properties(
                    in.requiredString("filename"), !in.isSet("refresh") || in.bool("refresh"));
        }
    }

    static ObjectType<Properties> declared() {
        return new TlsObjectType<>(
                OptionSchema.of(
                        OptionList.of(
                                Option.string("filename", "the file of rules"),
                                Option.bool("refresh", "whether a changed file counts")),
                        Properties::read),
                List.of("filename=<string>", "refresh=<bool>"),
                (read, _) -> new AuthorizationListFile(read.filename(), read.refreshes()));
    }

    private static AuthorizationRules load(String filename) throws BlockException {
        String text;
        try {
            text = new String(HostPath.readAll(filename, MAX_LENGTH), StandardCharsets.UTF_8);
        } catch (BlockException e) {
            throw e.prefixed("Unable to read '" + filename + "'");
        }
        try {
            if (Json.parse(text) instanceof JsonObject rules) {
                return AuthorizationRules.of(rules);
            }
        } catch (BlockException e) {
            throw e.prefixed("Unable to parse '" + filename + "'");
        }
        throw new InvalidOptionException("File '" + filename + "' must contain a JSON object");
    }

    @Override
    public boolean allows(String identity) throws BlockException {
        return (refreshes ? load(filename) : first).allows(identity);
    }

    @Override
    public String type() {
        return TYPE;
    }
}
