package io.cairn.protocol.tls;

import io.cairn.block.BlockException;
import io.cairn.block.Errno;
import io.cairn.block.os.HostPath;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.CRL;
import java.security.cert.CertStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.List;

import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.net.ssl.CertPathTrustManagerParameters;
import javax.net.ssl.ManagerFactoryParameters;

/// Certificates and keys in files of text (RFC 7468).
final class Pem {
    private static final int MAX_LENGTH = 1 << 20;

    /// The algorithm `rsaEncryption` with its parameters, as PKCS #8 names it.
    private static final byte[] RSA = {
        0x30,
        0x0d,
        0x06,
        0x09,
        0x2a,
        (byte) 0x86,
        0x48,
        (byte) 0x86,
        (byte) 0xf7,
        0x0d,
        0x01,
        0x01,
        0x01,
        0x05,
        0x00
    };

    /// The identifier of `id-ecPublicKey`, which the one of the curve follows.
    private static final byte[] EC = {
        0x06, 0x07, 0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 0x02, 0x01
    };

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};
    private static final int SEQUENCE = 0x30;
    private static final int OCTETS = 0x04;
    private static final int PARAMETERS = 0xa0;

    private Pem() {}

    static List<X509Certificate> certificates(String path)
            throws GeneralSecurityException, BlockException {
        Collection<? extends Certificate> found =
                CertificateFactory.getInstance("X.509")
                        .generateCertificates(new ByteArrayInputStream(read(path)));
        List<X509Certificate> all = new ArrayList<>();
        for (Certificate certificate : found) {
            if (certificate instanceof X509Certificate x509) {
                all.add(x509);
            }
        }
        if (all.isEmpty()) {
            throw new BlockException(Errno.EINVAL, "no certificate in '" + path + "'");
        }
        return all;
    }

    /// The authorities, with the list of certificates that they have taken back if there is one.
    static ManagerFactoryParameters trust(KeyStore authorities, String revocations)
            throws GeneralSecurityException, BlockException {
        PKIXBuilderParameters parameters =
                new PKIXBuilderParameters(authorities, new X509CertSelector());
        parameters.setRevocationEnabled(false);
        if (HostPath.exists(revocations)) {
            Collection<? extends CRL> lists =
                    CertificateFactory.getInstance("X.509")
                            .generateCRLs(new ByteArrayInputStream(read(revocations)));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(lists)));
            parameters.setRevocationEnabled(true);
        }
        return new CertPathTrustManagerParameters(parameters);
    }

    /// The key, in PKCS #8 with or without a password, or in the older forms for RSA and curves.
    static PrivateKey privateKey(String path, byte @Nullable [] password)
            throws GeneralSecurityException, IOException {
        String text = new String(read(path), StandardCharsets.US_ASCII);
        byte[] der;
        if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
            if (password == null) {
                throw new InvalidKeyException("'" + path + "' needs a passwordid");
            }
            return decrypt(block(text, "ENCRYPTED PRIVATE KEY"), password);
        } else if (text.contains("-----BEGIN PRIVATE KEY-----")) {
            der = block(text, "PRIVATE KEY");
        } else if (text.contains("-----BEGIN RSA PRIVATE KEY-----")) {
            der = wrap(RSA, block(text, "RSA PRIVATE KEY"));
        } else if (text.contains("-----BEGIN EC PRIVATE KEY-----")) {
            byte[] key = block(text, "EC PRIVATE KEY");
            der = wrap(der(SEQUENCE, EC, curve(key)), key);
        } else {
            throw new InvalidKeyException("no private key in '" + path + "'");
        }
        try {
            return decode(new PKCS8EncodedKeySpec(der));
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    private static PrivateKey decrypt(byte[] der, byte[] password)
            throws GeneralSecurityException, IOException {
        EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
        PBEKeySpec spec =
                new PBEKeySpec(
                        StandardCharsets.UTF_8
                                .decode(ByteBuffer.wrap(password))
                                .toString()
                                .toCharArray());
        try {
            SecretKeyFactory factory = SecretKeyFactory.getInstance(info.getAlgName());
            Cipher cipher = Cipher.getInstance(info.getAlgName());
            cipher.init(Cipher.DECRYPT_MODE, factory.generateSecret(spec), info.getAlgParameters());
            return decode(info.getKeySpec(cipher));
        } finally {
            spec.clearPassword();
            Arrays.fill(password, (byte) 0);
        }
    }

    private static PrivateKey decode(PKCS8EncodedKeySpec spec) throws GeneralSecurityException {
        GeneralSecurityException failure = new InvalidKeyException("unknown kind of key");
        for (String algorithm : new String[] {"RSA", "EC", "EdDSA"}) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (GeneralSecurityException e) {
                failure.addSuppressed(e);
            }
        }
        throw failure;
    }

    private static byte[] block(String text, String label) throws InvalidKeyException {
        String begin = "-----BEGIN " + label + "-----";
        int start = text.indexOf(begin) + begin.length();
        int end = text.indexOf("-----END " + label + "-----", start);
        if (end < 0) {
            throw new InvalidKeyException("the private key has no end");
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(start, end));
        } catch (IllegalArgumentException e) {
            throw new InvalidKeyException("the private key is not well-formed", e);
        }
    }

    // ---- DER

    private static byte[] wrap(byte[] algorithm, byte[] key) {
        return der(SEQUENCE, VERSION_0, algorithm, der(OCTETS, key));
    }

    private static byte[] der(int tag, byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length + 5);
        out.put((byte) tag).put((byte) 0x83).put((byte) (length >> 16));
        out.putShort((short) length);
        for (byte[] part : parts) {
            out.put(part);
        }
        return out.array();
    }

    /// The identifier of the curve, which stands in a field of its own in the key (RFC 5915).
    private static byte[] curve(byte[] key) throws InvalidKeyException {
        try {
            ByteBuffer in = ByteBuffer.wrap(key);
            Der.enter(in);
            while (in.hasRemaining()) {
                int tag = Byte.toUnsignedInt(in.get(in.position()));
                ByteBuffer content = Der.enter(in);
                if (tag == PARAMETERS) {
                    byte[] identifier = new byte[content.remaining()];
                    content.get(identifier);
                    return identifier;
                }
                if (tag != SEQUENCE) {
                    in.position(in.position() + content.remaining());
                }
            }
        } catch (RuntimeException e) {
            throw new InvalidKeyException("the private key is not well-formed", e);
        }
        throw new InvalidKeyException("the private key names no curve");
    }

    private static byte[] read(String path) throws BlockException {
        try {
            return HostPath.readAll(path, MAX_LENGTH);
        } catch (BlockException e) {
            throw e.prefixed("Unable to access credentials " + path);
        }
    }
}
