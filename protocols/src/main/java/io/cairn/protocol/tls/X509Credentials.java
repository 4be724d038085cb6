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
import javax.security.auth.x500.X500Principal;

/// `tls-creds-x509`: a certificate and its key, and the authority that signs those of peers (QMP
/// reference manual, "TlsCredsX509Properties").
///
/// The directory holds `ca-cert.pem`, and `server-cert.pem` with `server-key.pem` or
/// `client-cert.pem` with `client-key.pem`; a client may do without.
final class X509Credentials implements TlsCredentials {
    static final String TYPE = "tls-creds-x509";

    private static final String AUTHORITIES = "/ca-cert.pem";

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
            List<X509Certificate> authorities =
                    properties.verifiesPeer()
                            ? Pem.certificates(directory + AUTHORITIES)
                            : List.of();
            if (properties.checksOwn()) {
                for (X509Certificate authority : authorities) {
                    OwnCertificate.requireActive(authority, "CA", directory + AUTHORITIES);
                }
            }
            TrustManager[] trust = trust(directory, authorities);
            context.init(keys(properties, directory, authorities, password), trust, null);
            return new X509Credentials(properties.isServer(), properties.verifiesPeer(), context);
        } catch (BlockException e) {
            throw e;
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
            CredentialsProperties properties,
            String directory,
            List<X509Certificate> authorities,
            byte @Nullable [] password)
            throws GeneralSecurityException, IOException {
        String kind = properties.isServer() ? "server" : "client";
        String name = directory + "/" + kind + "-";
        String path = name + "cert.pem";
        if (!properties.isServer() && !HostPath.exists(path)) {
            return null;
        }
        List<X509Certificate> chain = Pem.certificates(path);
        if (properties.checksOwn()) {
            OwnCertificate.requireActive(chain.getFirst(), kind, path);
            if (properties.verifiesPeer()) {
                OwnCertificate.requireIssuedBy(chain, authorities, path, directory + AUTHORITIES);
            }
        }
        PrivateKey key = Pem.privateKey(name + "key.pem", password);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        char[] none = new char[0];
        store.setKeyEntry("own", key, none, chain.toArray(new Certificate[0]));
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, none);
        return factory.getKeyManagers();
    }

    /// @param authorities who signs the certificates of peers; empty if any peer may come
    private static TrustManager[] trust(String directory, List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        if (authorities.isEmpty()) {
            return new TrustManager[] {new PeerTrust(null)};
        }
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate authority : authorities) {
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
            return engine.getSession().getPeerPrincipal() instanceof X500Principal owner
                    ? DistinguishedName.of(owner)
                    : "";
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
