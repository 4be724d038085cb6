package io.cairn.protocol.tls;

import org.bouncycastle.tls.CipherSuite;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.crypto.TlsCrypto;
import org.bouncycastle.tls.crypto.impl.jcajce.JcaTlsCryptoProvider;

import java.security.SecureRandom;

/// What the ends of connections by Bouncy Castle have in common.
final class BcPeers {
    /// Ciphers and curves are the JDK's, which the processor helps.
    static final TlsCrypto CRYPTO = new JcaTlsCryptoProvider().create(new SecureRandom());

    /// A key that both ends have goes with the hash of SHA-256 in TLS 1.3. GnuTLS has
    /// Galois/Counter mode for DHE_PSK, not for ECDHE_PSK.
    private static final int[] PSK_SUITES = {
        CipherSuite.TLS_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_ECDHE_PSK_WITH_AES_256_GCM_SHA384,
        CipherSuite.TLS_DHE_PSK_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_DHE_PSK_WITH_AES_256_GCM_SHA384,
    };

    private static final int[] ANONYMOUS_SUITES = {
        CipherSuite.TLS_DH_anon_WITH_AES_128_GCM_SHA256,
        CipherSuite.TLS_DH_anon_WITH_AES_256_GCM_SHA384,
    };

    private BcPeers() {}

    static int[] pskSuites() {
        return PSK_SUITES.clone();
    }

    static ProtocolVersion[] pskVersions() {
        return ProtocolVersion.TLSv13.downTo(ProtocolVersion.TLSv12);
    }

    static int[] anonymousSuites() {
        return ANONYMOUS_SUITES.clone();
    }

    static ProtocolVersion[] anonymousVersions() {
        return ProtocolVersion.TLSv12.only();
    }
}
