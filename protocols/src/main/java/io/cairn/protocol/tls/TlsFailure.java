package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;

import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;
import org.jspecify.annotations.Nullable;

import java.io.IOException;

import javax.net.ssl.SSLException;

/// What went wrong under TLS, in the words of GnuTLS where it has some for the case.
final class TlsFailure {
    private static final String HANDSHAKE = "TLS handshake failed: ";
    private static final String CUT = "The TLS connection was non-properly terminated.";
    private static final String ALERT = "A TLS fatal alert has been received.";
    private static final String NO_CERTIFICATE = "Verify failed: No certificate was found.";

    private TlsFailure() {}

    /// The peer went away in the middle of a handshake; for {@link #handshake}.
    static BlockException cut() {
        return new BlockException(Errno.ECONNRESET, CUT);
    }

    /// The handshake failed.
    static BlockException handshake(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UntrustedPeerException untrusted) {
                return failure(untrusted.text(), e).withDetail(untrusted.reason());
            }
        }
        if (e instanceof BlockException failure) {
            return failure.errno() == Errno.ECONNRESET || failure.errno() == Errno.EPIPE
                    ? failure(HANDSHAKE + CUT, e)
                    : failure.prefixed("TLS handshake failed");
        }
        return e instanceof SSLException ? ofEngine(e) : ofProtocol(e);
    }

    private static BlockException ofEngine(IOException e) {
        String text = text(e);
        if (text.contains("Empty client certificate chain")) {
            return failure(NO_CERTIFICATE, e);
        }
        if (text.contains("Received fatal alert")) {
            return failure(HANDSHAKE + ALERT, e).withDetail(text);
        }
        if (text.contains("Unsupported or unrecognized SSL message")) {
            return failure(HANDSHAKE + "An unexpected TLS packet was received.", e);
        }
        if (text.contains("no cipher suites in common")) {
            return failure(HANDSHAKE + "No supported cipher suites have been found.", e);
        }
        return failure(HANDSHAKE + text, e);
    }

    private static BlockException ofProtocol(IOException e) {
        if (e instanceof TlsFatalAlertReceived alert) {
            return failure(HANDSHAKE + ALERT, e).withDetail(name(alert.getAlertDescription()));
        }
        if (!(e instanceof TlsFatalAlert alert)) {
            return failure(HANDSHAKE + text(e), e);
        }
        @Nullable String known =
                switch (alert.getAlertDescription()) {
                    case AlertDescription.decrypt_error, AlertDescription.bad_record_mac ->
                            "An illegal parameter has been received.";
                    case AlertDescription.handshake_failure, AlertDescription.protocol_version ->
                            "No supported cipher suites have been found.";
                    case AlertDescription.unexpected_message ->
                            "An unexpected TLS packet was received.";
                    default -> null;
                };
        boolean isKey =
                alert.getAlertDescription() == AlertDescription.decrypt_error
                        || alert.getAlertDescription() == AlertDescription.bad_record_mac;
        BlockException failure = failure(HANDSHAKE + (known == null ? text(e) : known), e);
        return isKey ? failure.withDetail("the two ends have different keys") : failure;
    }

    private static String name(short alert) {
        return "received alert: " + AlertDescription.getName(alert);
    }

    /// The connection failed later, in reading.
    static BlockException reading(IOException e) {
        return failure("Cannot read from TLS channel: " + text(e), e);
    }

    /// The connection failed later, in writing.
    static BlockException writing(IOException e) {
        return failure("Cannot write to TLS channel: " + text(e), e);
    }

    private static String text(IOException e) {
        if (e instanceof TlsFatalAlertReceived) {
            return ALERT;
        }
        @Nullable String message = e.getMessage();
        return message == null ? "the connection is broken" : message;
    }

    private static BlockException failure(String text, IOException cause) {
        BlockException failure = new BlockException(Errno.EIO, text);
        failure.initCause(cause);
        return failure;
    }
}
