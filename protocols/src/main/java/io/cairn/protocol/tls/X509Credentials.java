package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.object.ObjectType;
import io.cairn.block.object.Secret;
import io.cairn.block.os.ByteStream;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;

import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// `tls-creds-x509`: a certificate and its key, and the authority that signs those of peers (QMP
/// reference manual, "TlsCredsX509Properties").
///
/// The directory holds `ca-cert.pem`, and `server-cert.pem` with `server-key.pem` or
/// `client-cert.pem` with `client-key.pem`; a client may do without.
final class X509Credentials implements TlsCredentials {
    static final String TYPE = "tls-creds-x509";

    private final boolean isServer;
    private final boolean verifies;
    private final SSLContext context;

    private X509Credentials(boolean isServer, boolean verifies, SSLContext context) {
        this.isServer = isServer;
        this.verifies = verifies;
        this.context = context;
    }

    static ObjectType<CredentialsProperties> declared() {
        return new TlsObjectType<>(
                CredentialsProperties.SCHEMA, CredentialsProperties.HELP, X509Credentials::create);
    }

    private static X509Credentials create(CredentialsProperties properties, ObjectRegistry registry)
            throws BlockException {
        @Nullable String passwordId = properties.passwordId();
        @Nullable String directory = properties.directory();
        if (directory == null) {
            throw new InvalidOptionException("Missing 'dir' property value");
        }
        byte @Nullable [] password = passwordId == null ? null : password(passwordId, registry);
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    keys(directory, properties.isServer(), password),
                    trust(directory, properties.verifiesPeer()),
                    null);
            return new X509Credentials(properties.isServer(), properties.verifiesPeer(), context);
        } catch (GeneralSecurityException | IOException e) {
            throw failure("Unable to load credentials from '" + directory + "'", e);
        }
    }

    private static byte[] password(String id, ObjectRegistry registry) throws BlockException {
        if (registry.find(id).orElse(null) instanceof Secret secret) {
            return secret.value();
        }
        throw new InvalidOptionException("No secret with id '" + id + "'");
    }

    private static KeyManager @Nullable [] keys(
            String directory, boolean isServer, byte @Nullable [] password)
            throws GeneralSecurityException, IOException {
        String name = directory + (isServer ? "/server-" : "/client-");
        if (!isServer && !HostPath.exists(name + "cert.pem")) {
            return null;
        }
        List<X509Certificate> chain = Pem.certificates(name + "cert.pem");
        PrivateKey key = Pem.privateKey(name + "key.pem", password);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] none = new char[0];
        store.setKeyEntry("own", key, none, chain.toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(String directory, boolean verifies)
            throws GeneralSecurityException, IOException {
        if (!verifies) {
            return new TrustManager[] {new PeerTrust(null)};
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate authority : Pem.certificates(directory + "/ca-cert.pem")) {
            store.setCertificateEntry("ca" + number++, authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(Pem.trust(store, directory + "/ca-crl.pem"));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager checks) {
                return new TrustManager[] {new PeerTrust(checks)};
            }
        }
        throw new KeyStoreException("the JDK checks no certificates");
    }

    @Override
    public boolean isServer() {
        return isServer;
    }

    @Override
    public ByteStream accept(ByteStream stream, @Nullable Authorization authorization)
            throws BlockException {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        engine.setNeedClientAuth(verifies);
        SslStream secure = new SslStream(stream, engine);
        secure.handshake();
        if (authorization != null && !authorization.allows(peer(engine))) {
            secure.close();
            throw new BlockException(
                    Errno.EACCES, "TLS x509 authz check for " + peer(engine) + " is denied");
        }
        return secure;
    }

    private static String peer(SSLEngine engine) throws BlockException {
        try {
            return engine.getSession().getPeerPrincipal().getName();
        } catch (SSLPeerUnverifiedException e) {
            throw failure("The client has no certificate", e);
        }
    }

    @Override
    public ByteStream connect(ByteStream stream, @Nullable String host) throws BlockException {
        if (host == null && verifies) {
            throw new BlockException(Errno.EINVAL, "No hostname for certificate validation");
        }
        SSLEngine engine = context.createSSLEngine(host, 0);
        engine.setUseClientMode(true);
        if (verifies) {
            SSLParameters parameters = engine.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            engine.setSSLParameters(parameters);
        }
        SslStream secure = new SslStream(stream, engine);
        secure.handshake();
        return secure;
    }

    @Override
    public String type() {
        return TYPE;
    }

    private static BlockException failure(String text, Exception cause) {
        BlockException failure = new BlockException(Errno.EINVAL, text + ": " + cause.getMessage());
        failure.initCause(cause);
        return failure;
    }
}
