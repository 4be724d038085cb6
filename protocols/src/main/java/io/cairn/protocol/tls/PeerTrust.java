package io.cairn.protocol.tls;

import org.jspecify.annotations.Nullable;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;

import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/// Checks the certificates of peers, or takes any where the user has said `verify-peer=no`.
///
/// Clients are not told which authorities count: GnuTLS shows no certificate at all when it finds
/// the list that the JDK sends, and each client has but one certificate to show.
final class PeerTrust extends X509ExtendedTrustManager {
    private final @Nullable X509ExtendedTrustManager checks;

    /// @param checks who looks at certificates; null for nobody
    PeerTrust(@Nullable X509ExtendedTrustManager checks) {
        this.checks = checks;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        if (checks != null) {
            checks.checkClientTrusted(chain, type);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        if (checks != null) {
            checks.checkClientTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        if (checks == null) {
            return;
        }
        try {
            checks.checkClientTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw UntrustedPeerException.of(e, null);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type)
            throws CertificateException {
        if (checks != null) {
            checks.checkServerTrusted(chain, type);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
            throws CertificateException {
        if (checks != null) {
            checks.checkServerTrusted(chain, type, socket);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
            throws CertificateException {
        if (checks == null) {
            return;
        }
        try {
            checks.checkServerTrusted(chain, type, engine);
        } catch (CertificateException e) {
            throw UntrustedPeerException.of(e, engine.getPeerHost());
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
