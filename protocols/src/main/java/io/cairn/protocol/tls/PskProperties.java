package io.cairn.protocol.tls;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The properties of `tls-creds-psk` (QMP reference manual, "TlsCredsPskProperties").
///
/// Algorithms are those of TLS 1.3, and of TLS 1.2 with forward secrecy: `priority` is taken and
/// changes nothing, nor does `verify-peer`, since a key that both have shows who both are.
///
/// @param directory where the file of keys is, or null
/// @param isServer whether they are for the end that takes connections
/// @param username as whom a client comes, or null
record PskProperties(@Nullable String directory, boolean isServer, @Nullable String username) {
    static final List<String> HELP =
            List.of(
                    "dir=<string>",
                    "endpoint=<QCryptoTLSCredsEndpoint>",
                    "priority=<string>",
                    "username=<string>",
                    "verify-peer=<bool>");

    static final OptionSchema<PskProperties> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string("dir", "the directory of the files"),
                            Option.choice("endpoint", "which end", "client", "server"),
                            Option.string("priority", "names of algorithms"),
                            Option.string("username", "as whom a client comes"),
                            Option.bool("verify-peer", "whether the peer must have a key")),
                    PskProperties::read);

    private static PskProperties read(OptionReader in) throws InvalidOptionException {
        in.string("priority");
        in.bool("verify-peer");
        return new PskProperties(
                in.string("dir"),
                in.choice("endpoint", TlsEndpoint.values()) == TlsEndpoint.SERVER,
                in.string("username"));
    }
}
