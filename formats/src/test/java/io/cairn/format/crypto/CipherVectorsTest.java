package io.cairn.format.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/// Known answers of the standards, and of the JDK's own modes where it has them.
class CipherVectorsTest {
    private static final HexFormat HEX = HexFormat.of();
    private static final CipherSpec XTS_128 =
            new CipherSpec(CipherAlgorithm.AES_128, CipherMode.XTS, IvAlgorithm.PLAIN64, null);
    private static final CipherSpec XTS_256 =
            new CipherSpec(CipherAlgorithm.AES_256, CipherMode.XTS, IvAlgorithm.PLAIN64, null);

    /// IEEE 1619-2007, annex B, vectors 1 and 2.
    @ParameterizedTest
    @CsvSource({
        "00,00,0,00,917cf69ebd68b2ec9b9fe9a3eadda692cd43d2f59598ed858c02c2652fbf922e",
        "11,22,3333333333,44,c454185e6a16936e39334038acef838bfb186fff7480adc4289382ecd6d394f0"
    })
    void xtsGivesTheStandardsAnswers(
            String key1, String key2, String sector, String plain, String encrypted) {
        byte[] key = HEX.parseHex(key1.repeat(16) + key2.repeat(16));
        long offset = Long.parseLong(sector, 16) * 512;

        try (SectorCipher cipher = new SectorCipher(XTS_128, key, 32)) {
            byte[] text = HEX.parseHex(plain.repeat(32));
            ByteBuffer out = ByteBuffer.allocate(32);
            cipher.encrypt(offset, ByteBuffer.wrap(text), out);
            assertThat(HEX.formatHex(out.array())).isEqualTo(encrypted);
            cipher.decrypt(offset, out, out);
            assertThat(out.array()).isEqualTo(text);
        }
    }

    /// IEEE 1619-2007, annex B, vector 10: a whole sector, of which the first 64 bytes are looked
    /// at.
    @Test
    void xtsOfAes256GivesTheStandardsAnswer() {
        byte[] key =
                HEX.parseHex(
                        "2718281828459045235360287471352662497757247093699959574966967627"
                            + "3141592653589793238462643383279502884197169399375105820974944592");
        ByteBuffer text = ByteBuffer.allocate(512);
        for (int i = 0; i < 512; i++) {
            text.put(i, (byte) i);
        }

        try (SectorCipher cipher = new SectorCipher(XTS_256, key, 512)) {
            cipher.encrypt(0xffL * 512, text, text);
            assertThat(HEX.formatHex(text.array(), 0, 64))
                    .isEqualTo(
                            "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b"
                                + "5d31e276f8fe4a8d66b317f9ac683f44680a86ac35adfc3345befecb4bb188fd");
        }
    }

    @Test
    void cbcChainsEverySectorAsTheJdkDoes() throws GeneralSecurityException {
        byte[] key = random(32, 1);
        byte[] text = random(64 * 512, 2);
        CipherSpec spec =
                new CipherSpec(CipherAlgorithm.AES_256, CipherMode.CBC, IvAlgorithm.PLAIN, null);

        assertMode(spec, key, text, "AES/CBC/NoPadding");
    }

    @Test
    void counterModeCountsAsTheJdkDoes() throws GeneralSecurityException {
        byte[] key = random(16, 3);
        byte[] text = random(64 * 512, 4);
        CipherSpec spec =
                new CipherSpec(CipherAlgorithm.AES_128, CipherMode.CTR, IvAlgorithm.PLAIN64, null);

        assertMode(spec, key, text, "AES/CTR/NoPadding");
    }

    private static void assertMode(CipherSpec spec, byte[] key, byte[] text, String jdk)
            throws GeneralSecurityException {
        long first = 0x1_ffff_fff0L;
        byte[] expected = new byte[text.length];
        for (int sector = 0; sector < text.length / 512; sector++) {
            long number = first + sector;
            ByteBuffer iv = ByteBuffer.allocate(16).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            iv.putLong(0, spec.iv() == IvAlgorithm.PLAIN ? number & 0xffff_ffffL : number);
            Cipher cipher = Cipher.getInstance(jdk);
            cipher.init(
                    Cipher.ENCRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new IvParameterSpec(iv.array()));
            cipher.doFinal(text, sector * 512, 512, expected, sector * 512);
        }

        try (SectorCipher cipher = new SectorCipher(spec, key, 512)) {
            ByteBuffer out = ByteBuffer.allocateDirect(text.length);
            cipher.encrypt(first * 512, ByteBuffer.wrap(text), out);
            assertThat(bytes(out)).isEqualTo(expected);
            cipher.decrypt(first * 512, out, out);
            assertThat(bytes(out)).isEqualTo(text);
        }
    }

    /// ESSIV's vector is the sector's number encrypted with the hash of the key.
    @Test
    void essivEncryptsTheSectorsNumberWithTheHashOfTheKey() throws GeneralSecurityException {
        byte[] key = random(16, 5);
        byte[] number = new byte[16];
        number[0] = 7;
        Cipher essiv = Cipher.getInstance("AES/ECB/NoPadding");
        byte[] salt = HashAlgorithm.SHA256.digest().digest(key);
        essiv.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(salt, "AES"));
        Cipher cbc = Cipher.getInstance("AES/CBC/NoPadding");
        cbc.init(
                Cipher.ENCRYPT_MODE,
                new SecretKeySpec(key, "AES"),
                new IvParameterSpec(essiv.doFinal(number)));
        byte[] expected = cbc.doFinal(new byte[512]);
        CipherSpec spec =
                new CipherSpec(
                        CipherAlgorithm.AES_128,
                        CipherMode.CBC,
                        IvAlgorithm.ESSIV,
                        HashAlgorithm.SHA256);

        try (SectorCipher cipher = new SectorCipher(spec, key, 512)) {
            ByteBuffer out = ByteBuffer.allocate(512);
            cipher.encrypt(7 * 512, out, out);
            assertThat(out.array()).isEqualTo(expected);
        }
    }

    @Test
    void largeSectorsAreNumberedInUnitsOf512() {
        byte[] key = random(64, 6);
        byte[] text = random(4 * 4096, 7);

        try (SectorCipher whole = new SectorCipher(XTS_256, key, 4096)) {
            ByteBuffer all = ByteBuffer.allocate(text.length);
            whole.encrypt(0, ByteBuffer.wrap(text), all);
            ByteBuffer second = ByteBuffer.allocate(4096);
            whole.encrypt(8 * 512, ByteBuffer.wrap(text, 4096, 4096), second);
            assertThat(Arrays.copyOfRange(all.array(), 4096, 8192)).isEqualTo(second.array());
        }
    }

    /// RFC 6070 and RFC 7914, "Test Vectors for PBKDF2 with HMAC-SHA-256".
    @Test
    void pbkdf2GivesTheStandardsAnswers() throws Exception {
        assertThat(HEX.formatHex(derive(HashAlgorithm.SHA1, "password", "salt", 4096, 20)))
                .isEqualTo("4b007901b765489abead49d926f721d065a429c1");
        assertThat(HEX.formatHex(derive(HashAlgorithm.SHA256, "passwd", "salt", 1, 64)))
                .isEqualTo(
                        "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
                            + "49ca9cccf179b645991664b39d77ef317c71b845b1e30bd509112041d3a19783");
    }

    @ParameterizedTest
    @EnumSource(
            value = HashAlgorithm.class,
            names = {"SHA1", "SHA224", "SHA256", "SHA384", "SHA512"})
    void pbkdf2DerivesWhatTheJdkDerives(HashAlgorithm hash) throws Exception {
        String name = "PBKDF2WithHmac" + hash.label().replace("sha", "SHA");
        String password = "x".repeat(200);
        byte[] salt = random(32, 8);
        byte[] expected =
                SecretKeyFactory.getInstance(name)
                        .generateSecret(new PBEKeySpec(password.toCharArray(), salt, 77, 8 * 150))
                        .getEncoded();

        byte[] key = Pbkdf2.derive(hash, password.getBytes(StandardCharsets.UTF_8), salt, 77, 150);

        assertThat(key).isEqualTo(expected);
    }

    /// RFC 9106, "Test Vectors", of Argon2i and Argon2id.
    @Test
    void argon2GivesTheStandardsAnswers() throws Exception {
        assertThat(standardArgon2(false))
                .isEqualTo("c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8");
        assertThat(standardArgon2(true))
                .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    private static String standardArgon2(boolean isIdentity) throws Exception {
        byte[] tag = new byte[32];
        new Argon2(isIdentity, 3, 32, 4)
                .fill(filled(32, 1), filled(16, 2), filled(8, 3), filled(12, 4), tag);
        return HEX.formatHex(tag);
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /// As LUKS uses it: without a secret and associated data (known answer of the reference
    /// implementation).
    @Test
    void argon2WithoutSecretGivesTheReferencesAnswer() throws Exception {
        byte[] key =
                new Argon2(true, 2, 256, 1)
                        .derive(
                                "password".getBytes(StandardCharsets.US_ASCII),
                                "somesalt".getBytes(StandardCharsets.US_ASCII),
                                32);

        assertThat(HEX.formatHex(key))
                .isEqualTo("9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe");
    }

    @ParameterizedTest
    @EnumSource
    void splittingLosesNothingAndEveryStripeCounts(HashAlgorithm hash) {
        byte[] key = random(64, 9);
        byte[] material = AntiForensic.split(hash, key, 50, new SecureRandom());

        assertThat(AntiForensic.merge(hash, material, 64, 50)).isEqualTo(key);
        material[13 * 64]++;
        assertThat(AntiForensic.merge(hash, material, 64, 50)).isNotEqualTo(key);
    }

    private static byte[] derive(
            HashAlgorithm hash, String password, String salt, int iterations, int length)
            throws Exception {
        return Pbkdf2.derive(
                hash,
                password.getBytes(StandardCharsets.US_ASCII),
                salt.getBytes(StandardCharsets.US_ASCII),
                iterations,
                length);
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }
}
