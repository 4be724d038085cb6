package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.PSKTlsClient;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsUtils;

import java.util.Vector;

/// The client's end of one connection with a key that both ends have.
final class PskClient extends PSKTlsClient {
    private final byte[] name;
    private final byte[] key;

    PskClient(byte[] name, byte[] key) {
        super(BcPeers.CRYPTO, name, key);
        this.name = name;
        this.key = key;
    }

    /// Puts TLS over a stream and begins it.
    BcStream connect(ByteStream stream) throws BlockException {
        return BcStream.connect(stream, this);
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return BcPeers.pskVersions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return BcPeers.pskSuites();
    }

    @Override
    public boolean requiresCloseNotify() {
        return false;
    }

    @Override
    @SuppressWarnings("rawtypes") // As the method is declared above.
    public Vector getExternalPSKs() {
        return TlsUtils.vectorOfOne(
                new BasicTlsPSKExternal(name, BcPeers.CRYPTO.createSecret(key.clone())));
    }
}
