package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.os.ByteStream;

import org.bouncycastle.tls.BasicTlsPSKExternal;
import org.bouncycastle.tls.PSKTlsServer;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.PskIdentity;
import org.bouncycastle.tls.TlsPSKExternal;
import org.bouncycastle.tls.TlsPSKIdentityManager;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Vector;

/// The server's end of one connection with keys that both ends have.
///
/// Who names a user that is not there gets as far as who has a wrong key, and no sooner or later:
/// the handshake goes on with a random key.
final class PskServer extends PSKTlsServer {
    /// A client offers one; further ones are not looked at.
    private static final int MAX_OFFERED = 4;

    private static final int RANDOM_KEY = 32;

    private final Identities identities;

    PskServer(PskKeys keys) {
        this(new Identities(keys));
    }

    private PskServer(Identities identities) {
        super(BcPeers.CRYPTO, identities);
        this.identities = identities;
    }

    /// Puts TLS over a stream whose peer begins it.
    BcStream accept(ByteStream stream) throws BlockException {
        return BcStream.accept(stream, this);
    }

    /// The user whose key the client has, once the handshake is over.
    String user() {
        return new String(identities.last, StandardCharsets.UTF_8);
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
    public @Nullable TlsPSKExternal getExternalPSK(Vector offered) {
        byte @Nullable [] name = null;
        byte @Nullable [] key = null;
        int count = Math.min(offered.size(), MAX_OFFERED);
        for (int i = 0; i < count && key == null; i++) {
            if (offered.get(i) instanceof PskIdentity identity) {
                name = identity.getIdentity();
                key = identities.find(name);
            }
        }
        if (name == null) {
            return null;
        }
        byte[] used = key == null ? Identities.randomKey() : key;
        identities.last = name;
        try {
            return new BasicTlsPSKExternal(name, BcPeers.CRYPTO.createSecret(used.clone()));
        } finally {
            Arrays.fill(used, (byte) 0);
        }
    }

    /// The keys as the library asks for them.
    private static final class Identities implements TlsPSKIdentityManager {
        private final PskKeys keys;
        private byte[] last = new byte[0];

        Identities(PskKeys keys) {
            this.keys = keys;
        }

        @Override
        public byte @Nullable [] getHint() {
            return null;
        }

        @Override
        public byte[] getPSK(byte[] identity) {
            last = identity;
            byte[] key = find(identity);
            return key == null ? randomKey() : key;
        }

        private byte @Nullable [] find(byte[] identity) {
            byte[] digits;
            try {
                digits = keys.digits(identity);
            } catch (BlockException e) {
                // Without the file nobody has a key.
                return null;
            }
            byte[] key = digits == null || digits.length == 0 ? null : PskKeys.key(digits);
            if (digits != null) {
                Arrays.fill(digits, (byte) 0);
            }
            return key;
        }

        static byte[] randomKey() {
            byte[] key = new byte[RANDOM_KEY];
            new SecureRandom().nextBytes(key);
            return key;
        }
    }
}
