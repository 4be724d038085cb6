package io.cairn.protocol.tls;

import io.cairn.block.InvalidOptionException;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// The properties of `tls-creds-x509` (QMP reference manual, "TlsCredsX509Properties").
///
/// The JDK has its own list of algorithms: `priority` is taken and changes nothing.
///
/// @param directory where the files of the credentials are, or null
/// @param isServer whether they are for the end that takes connections
/// @param verifiesPeer whether the peer must show who it is
/// @param checksOwn whether our own certificates are looked at before they are used
/// @param passwordId the secret that the key is encrypted with, or null
record CredentialsProperties(
        @Nullable String directory,
        boolean isServer,
        boolean verifiesPeer,
        boolean checksOwn,
        @Nullable String passwordId) {
    static final List<String> HELP =
            List.of(
                    "dir=<string>",
                    "endpoint=<QCryptoTLSCredsEndpoint>",
                    "passwordid=<string>",
                    "priority=<string>",
                    "sanity-check=<bool>",
                    "verify-peer=<bool>");

    static final OptionSchema<CredentialsProperties> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            Option.string("dir", "the directory of the files"),
                            Option.choice("endpoint", "which end", "client", "server"),
                            Option.string("passwordid", "id of the secret of the key"),
                            Option.string("priority", "names of algorithms"),
                            Option.bool("sanity-check", "whether certificates are looked at"),
                            Option.bool("verify-peer", "whether the peer must have one")),
                    CredentialsProperties::read);

    private static CredentialsProperties read(OptionReader in) throws InvalidOptionException {
        in.string("priority");
        return new CredentialsProperties(
                in.string("dir"),
                in.choice("endpoint", TlsEndpoint.values()) == TlsEndpoint.SERVER,
                !in.isSet("verify-peer") || in.bool("verify-peer"),
                !in.isSet("sanity-check") || in.bool("sanity-check"),
                in.string("passwordid"));
    }
}
