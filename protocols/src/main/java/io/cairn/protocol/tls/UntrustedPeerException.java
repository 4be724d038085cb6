package io.cairn.protocol.tls;

import org.jspecify.annotations.Nullable;

import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;

/// A peer's certificate does not show what it must, in the words that the peers' users know.
final class UntrustedPeerException extends CertificateException {
    private static final long serialVersionUID = 1L;

    static final String UNKNOWN_ISSUER = "The certificate hasn't got a known issuer";

    private final String text;
    private final String reason;

    private UntrustedPeerException(String text, CertificateException cause) {
        super(text, cause);
        this.text = text;
        this.reason = cause.getMessage() == null ? text : cause.getMessage();
    }

    /// What is wrong.
    String text() {
        return text;
    }

    /// What the JDK says of it.
    String reason() {
        return reason;
    }

    /// Says what a failed check found.
    ///
    /// @param host the name that the certificate had to bear, or null where it need not bear one
    static UntrustedPeerException of(CertificateException e, @Nullable String host) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof CertificateExpiredException
                    || cause instanceof CertificateNotYetValidException) {
                return new UntrustedPeerException("The certificate is not trusted", e);
            }
            if (cause instanceof CertPathValidatorException path
                    && path.getReason() == BasicReason.REVOKED) {
                return new UntrustedPeerException("The certificate has been revoked", e);
            }
        }
        boolean isAboutName = host != null && e.getCause() == null;
        return new UntrustedPeerException(
                isAboutName ? "Certificate does not match the hostname " + host : UNKNOWN_ISSUER,
                e);
    }
}
