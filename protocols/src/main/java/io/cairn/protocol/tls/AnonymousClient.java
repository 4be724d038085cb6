package io.cairn.protocol.tls;

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
