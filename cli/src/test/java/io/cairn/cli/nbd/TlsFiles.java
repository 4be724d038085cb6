package io.cairn.cli.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// Directories of certificates, made by `openssl`, and of shared keys, as `tls-creds-…` objects
/// want them.
final class TlsFiles {
    private static final String CONFIGURATION =
            """
            [ca]
            default_ca = this
            [this]
            database = index
            new_certs_dir = .
            rand_serial = yes
            default_md = sha256
            policy = any
            [any]
            countryName = optional
            organizationName = optional
            commonName = optional
            emailAddress = optional
            [authority]
            basicConstraints = critical, CA:TRUE
            keyUsage = critical, keyCertSign, cRLSign
            [server]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = serverAuth
            subjectAltName = DNS:localhost, IP:127.0.0.1
            [client]
            basicConstraints = critical, CA:FALSE
            keyUsage = critical, digitalSignature
            extendedKeyUsage = clientAuth
            """;

    private final Path folder;

    TlsFiles(Path folder) {
        this.folder = folder;
    }

    Path directory(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /// Makes an authority.
    void authority(String name) throws IOException, InterruptedException {
        Path own = directory(name);
        Files.writeString(own.resolve("openssl.cnf"), CONFIGURATION);
        openssl(
                own,
                List.of("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
                List.of("-nodes", "-keyout", "ca-key.pem", "-out", "ca-cert.pem", "-days", "9999"),
                List.of("-subj", "/CN=" + name, "-config", "openssl.cnf"),
                List.of("-extensions", "authority"));
    }

    /// Makes a directory with the certificate of a server or a client that is good until a year.
    ///
    /// @param kind `server` or `client`
    void certificate(String authority, String name, String kind, String subject, int lastYear)
            throws IOException, InterruptedException {
        Path own = directory(name);
        Path issuer = directory(authority);
        Files.deleteIfExists(issuer.resolve("index"));
        Files.createFile(issuer.resolve("index"));
        openssl(
                issuer,
                List.of("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
                List.of("-keyout", own.resolve(kind + "-key.pem").toString(), "-out", "request"),
                List.of("-subj", subject, "-config", "openssl.cnf"));
        openssl(
                issuer,
                List.of("ca", "-batch", "-config", "openssl.cnf", "-in", "request", "-notext"),
                List.of("-out", own.resolve(kind + "-cert.pem").toString(), "-preserveDN"),
                List.of("-cert", "ca-cert.pem", "-keyfile", "ca-key.pem", "-extensions", kind),
                List.of("-startdate", "20200101000000Z", "-enddate", lastYear + "0101000000Z"));
        trust(authority, name);
    }

    /// Has a directory's certificates checked against an authority.
    void trust(String authority, String name) throws IOException {
        Files.copy(
                directory(authority).resolve("ca-cert.pem"),
                directory(name).resolve("ca-cert.pem"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    @SafeVarargs
    private static void openssl(Path where, List<String>... parts)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        for (List<String> part : parts) {
            command.addAll(part);
        }
        Path log = where.resolve("log");
        Process process =
                new ProcessBuilder(command)
                        .directory(where.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(String.join(" ", command) + "\n" + Files.readString(log))
                .isZero();
    }

    /// Makes a file of keys.
    void keys(String name, long seed, String... users) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        for (String user : users) {
            byte[] key = new byte[32];
            random.nextBytes(key);
            text.append(user).append(':').append(HexFormat.of().formatHex(key)).append('\n');
        }
        Files.writeString(directory(name).resolve("keys.psk"), text);
    }
}
