package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Looks at certificates of our own before they are used (`sanity-check`), so that it is not left
/// to a peer to find them wanting.
final class OwnCertificate {
    private OwnCertificate() {}

    /// Fails if the certificate's time is not now.
    ///
    /// @param kind what it is the certificate of
    static void requireActive(X509Certificate certificate, String kind, String path)
            throws BlockException {
        String text = "The " + kind + " certificate " + path;
        try {
            certificate.checkValidity();
        } catch (CertificateExpiredException e) {
            throw refused(text + " has expired", e);
        } catch (CertificateNotYetValidException e) {
            throw refused(text + " is not yet active", e);
        }
    }

    /// Fails if the authorities that peers are checked against did not sign our own certificate.
    static void requireIssuedBy(
            List<X509Certificate> chain,
            List<X509Certificate> authorities,
            String path,
            String authorityPath)
            throws BlockException, GeneralSecurityException {
        Set<TrustAnchor> anchors = new HashSet<>();
        for (X509Certificate authority : authorities) {
            anchors.add(new TrustAnchor(authority, null));
        }
        PKIXParameters parameters = new PKIXParameters(anchors);
        parameters.setRevocationEnabled(false);
        List<X509Certificate> own =
                chain.stream().filter(certificate -> !authorities.contains(certificate)).toList();
        try {
            CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(own),
                            parameters);
        } catch (CertPathValidatorException e) {
            throw refused(
                    "Our own certificate "
                            + path
                            + " failed validation against "
                            + authorityPath
                            + ": "
                            + UntrustedPeerException.UNKNOWN_ISSUER,
                    e);
        }
    }

    private static BlockException refused(String text, GeneralSecurityException cause) {
        BlockException failure = new InvalidOptionException(text);
        failure.initCause(cause);
        return cause.getMessage() == null ? failure : failure.withDetail(cause.getMessage());
    }
}
