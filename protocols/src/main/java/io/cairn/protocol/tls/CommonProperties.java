package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Options;

import org.jspecify.annotations.Nullable;

/// What all credentials are made with (QMP reference manual, "TlsCredsProperties").
///
/// @param directory where the files of the credentials are, or null
/// @param isServer whether they are for the end that takes connections
/// @param verifiesPeer whether the peer must show who it is
record CommonProperties(@Nullable String directory, boolean isServer, boolean verifiesPeer) {
    static CommonProperties take(Options properties) throws BlockException {
        @Nullable String directory = properties.takeText("dir");
        @Nullable String endpoint = properties.takeText("endpoint");
        @Nullable String verify = properties.takeText("verify-peer");
        boolean isServer =
                switch (endpoint) {
                    case null -> false;
                    case "client" -> false;
                    case "server" -> true;
                    default ->
                            throw new InvalidOptionException(
                                    "Parameter 'endpoint' does not accept value '"
                                            + endpoint
                                            + "'");
                };
        boolean verifies =
                switch (verify) {
                    case null -> true;
                    case "on", "yes", "true", "y" -> true;
                    case "off", "no", "false", "n" -> false;
                    default ->
                            throw new InvalidOptionException(
                                    "Parameter 'verify-peer' expects 'on' or 'off'");
                };
        return new CommonProperties(directory, isServer, verifies);
    }
}
