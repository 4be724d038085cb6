package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Json;
import io.cairn.block.option.JsonObject;
import io.cairn.block.option.Options;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;

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

    static AuthorizationListFile create(Options properties, ObjectRegistry registry)
            throws BlockException {
        @Nullable String filename = properties.takeText("filename");
        @Nullable String refresh = properties.takeText("refresh");
        if (filename == null) {
            throw new InvalidOptionException("filename not provided");
        }
        return new AuthorizationListFile(
                filename, refresh == null || !refresh.matches("off|no|false|n"));
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
