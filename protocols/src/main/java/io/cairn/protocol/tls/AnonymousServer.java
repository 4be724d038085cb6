package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.bouncycastle.tls.AbstractTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsCredentials;
import org.jspecify.annotations.Nullable;

/// The server's end of one connection where nobody shows who he is.
final class AnonymousServer extends AbstractTlsServer {
    AnonymousServer() {
        super(BcPeers.CRYPTO);
    }

    /// Puts TLS over a stream whose peer begins it.
    BcStream accept(ByteStream stream) throws BlockException {
        return BcStream.accept(stream, this);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return BcPeers.anonymousVersions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return BcPeers.anonymousSuites();
    }

    @Override
    public boolean requiresCloseNotify() {
        return false;
    }

    @Override
    public @Nullable TlsCredentials getCredentials() {
        return null;
    }
}
