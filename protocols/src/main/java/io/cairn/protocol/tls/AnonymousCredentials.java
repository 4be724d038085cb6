package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectType;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.block.os.ByteStream;

import org.jspecify.annotations.Nullable;

import java.util.List;

/// `tls-creds-anon`: encryption without anybody showing who he is, by TLS 1.2 with DH_anon (QMP
/// reference manual, "TlsCredsAnonProperties"). It keeps out who only listens, and nobody who
/// stands between.
///
/// Groups are those that TLS has names for (RFC 7919), so `dir`, where others keep parameters of
/// their own, is taken and not looked at.
///
/// @param isServer whether the credentials are for the end that takes connections
record AnonymousCredentials(boolean isServer) implements TlsCredentials {
    static final String TYPE = "tls-creds-anon";

    private static final List<String> HELP =
            List.of(
                    "dir=<string>",
                    "endpoint=<QCryptoTLSCredsEndpoint>",
                    "priority=<string>",
                    "verify-peer=<bool>");

    static ObjectType<AnonymousCredentials> declared() {
        return new TlsObjectType<>(
                OptionSchema.of(
                        OptionList.of(
                                Option.string("dir", "the directory of the files"),
                                Option.choice("endpoint", "which end", "client", "server"),
                                Option.string("priority", "names of algorithms"),
                                Option.bool("verify-peer", "nobody can be verified")),
                        AnonymousCredentials::read),
                HELP,
                (properties, _) -> properties);
    }

    private static AnonymousCredentials read(OptionReader in) throws InvalidOptionException {
        in.string("dir");
        in.string("priority");
        in.bool("verify-peer");
        return new AnonymousCredentials(
                in.choice("endpoint", TlsEndpoint.values()) == TlsEndpoint.SERVER);
    }

    @Override
    public ByteStream accept(ByteStream stream, @Nullable Authorization authorization)
            throws BlockException {
        if (authorization != null) {
            throw new BlockException(
                    Errno.EACCES, "TLS authz check is denied: the client is anonymous");
        }
        return new AnonymousServer().accept(stream);
    }

    @Override
    public ByteStream connect(ByteStream stream, @Nullable String host) throws BlockException {
        return new AnonymousClient().connect(stream);
    }

    @Override
    public String type() {
        return TYPE;
    }
}
