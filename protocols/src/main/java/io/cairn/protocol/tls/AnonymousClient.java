package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsFatalAlert;

/// The client's end of one connection where nobody shows who he is.
final class AnonymousClient extends AbstractTlsClient {
    AnonymousClient() {
        super(BcPeers.CRYPTO);
    }

    /// Puts TLS over a stream and begins it.
    BcStream connect(ByteStream stream) throws BlockException {
        return BcStream.connect(stream, this);
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

    /// Only for servers that have certificates, which no suite of ours asks for.
    @Override
    public TlsAuthentication getAuthentication() throws TlsFatalAlert {
        throw new TlsFatalAlert(AlertDescription.unexpected_message);
    }
}
