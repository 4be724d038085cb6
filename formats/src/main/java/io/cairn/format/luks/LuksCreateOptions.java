package io.cairn.format.luks;

import io.cairn.block.BlockException;
import io.cairn.block.InvalidOptionException;
import io.cairn.block.object.ObjectRegistry;
import io.cairn.block.option.Option;
import io.cairn.block.option.OptionList;
import io.cairn.block.option.OptionReader;
import io.cairn.block.option.OptionSchema;
import io.cairn.format.crypto.CipherAlgorithm;
import io.cairn.format.crypto.CipherMode;
import io.cairn.format.crypto.CipherSpec;
import io.cairn.format.crypto.HashAlgorithm;
import io.cairn.format.crypto.IvAlgorithm;

import org.jspecify.annotations.Nullable;

import java.util.Arrays;

/// What the header of a new volume is made with (QMP reference manual,
/// "QCryptoBlockCreateOptionsLUKS").
///
/// @param keySecret the id of the secret with the first passphrase, null if none was given
/// @param spec how the payload is encrypted
/// @param hash what passphrases are stretched with
/// @param iterTime milliseconds that opening a slot is to take
public record LuksCreateOptions(
        @Nullable String keySecret, CipherSpec spec, HashAlgorithm hash, long iterTime) {
    private static final String KEY_SECRET = "key-secret";
    private static final String CIPHER_ALG = "cipher-alg";
    private static final String CIPHER_MODE = "cipher-mode";
    private static final String IVGEN_ALG = "ivgen-alg";
    private static final String IVGEN_HASH_ALG = "ivgen-hash-alg";
    private static final String HASH_ALG = "hash-alg";
    private static final String ITER_TIME = "iter-time";

    /// The time that is taken when none is asked for.
    static final long DEFAULT_ITER_TIME = 2000;

    private static final CipherAlgorithm[] CIPHERS = CipherAlgorithm.values();
    private static final CipherMode[] MODES = {
        CipherMode.ECB, CipherMode.CBC, CipherMode.XTS, CipherMode.CTR
    };
    private static final IvAlgorithm[] IVS = IvAlgorithm.values();
    private static final HashAlgorithm[] HASHES = HashAlgorithm.values();

    /// They alone, without a prefix.
    public static final OptionSchema<LuksCreateOptions> SCHEMA =
            OptionSchema.of(
                    OptionList.of(
                            declare("", "ID of the secret that provides the keyslot passphrase")),
                    (OptionReader in) -> read(in, ""));

    /// The declarations, each name behind a prefix.
    ///
    /// @param keyHelp what help says of the secret
    static Option[] declare(String prefix, String keyHelp) {
        String[] hashes = new String[HASHES.length];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = HASHES[i].label();
        }
        return new Option[] {
            Option.string(prefix.concat(KEY_SECRET), keyHelp),
            Option.choice(
                    prefix.concat(CIPHER_ALG), "Name of encryption cipher algorithm", ciphers()),
            Option.choice(
                    prefix.concat(CIPHER_MODE),
                    "Name of encryption cipher mode",
                    "ecb",
                    "cbc",
                    "xts",
                    "ctr"),
            Option.choice(
                    prefix.concat(IVGEN_ALG),
                    "Name of IV generator algorithm",
                    "plain",
                    "plain64",
                    "essiv"),
            Option.choice(
                    prefix.concat(IVGEN_HASH_ALG), "Name of IV generator hash algorithm", hashes),
            Option.choice(prefix.concat(HASH_ALG), "Name of encryption hash algorithm", hashes),
            Option.number(prefix.concat(ITER_TIME), "Time to spend in PBKDF in milliseconds")
        };
    }

    private static String[] ciphers() {
        String[] names = new String[CIPHERS.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = CIPHERS[i].label();
        }
        return names;
    }

    /// Reads them.
    static LuksCreateOptions read(OptionReader in, String prefix) throws InvalidOptionException {
        String secret = in.string(prefix.concat(KEY_SECRET));
        CipherAlgorithm cipher =
                or(in.choice(prefix.concat(CIPHER_ALG), CIPHERS), CipherAlgorithm.AES_256);
        CipherMode mode = or(in.choice(prefix.concat(CIPHER_MODE), MODES), CipherMode.XTS);
        IvAlgorithm iv = or(in.choice(prefix.concat(IVGEN_ALG), IVS), IvAlgorithm.PLAIN64);
        HashAlgorithm ivHash = in.choice(prefix.concat(IVGEN_HASH_ALG), HASHES);
        HashAlgorithm hash = or(in.choice(prefix.concat(HASH_ALG), HASHES), HashAlgorithm.SHA256);
        Long time = in.numberIfGiven(prefix.concat(ITER_TIME));
        if (iv == IvAlgorithm.ESSIV && ivHash == null) {
            ivHash = HashAlgorithm.SHA256;
        }
        return new LuksCreateOptions(
                secret,
                new CipherSpec(cipher, mode, iv, ivHash),
                hash,
                time == null ? DEFAULT_ITER_TIME : time);
    }

    private static <E> E or(@Nullable E value, E otherwise) {
        return value == null ? otherwise : value;
    }

    /// Refuses what no volume can be made of, a passphrase that is not there first.
    ///
    /// @param option what the option for the passphrase's secret is called
    public void requireUsable(ObjectRegistry objects, String option) throws BlockException {
        Arrays.fill(Passphrases.require(objects, keySecret, option), (byte) 0);
        requirePossible();
    }

    /// Refuses a cipher that LUKS headers have no name for, and what does not go together.
    void requirePossible() throws BlockException {
        if (spec.cipher() == CipherAlgorithm.DES) {
            throw new InvalidOptionException(
                    "Algorithm '" + spec.cipher().label() + "' not supported");
        }
        spec.requirePossible();
    }
}
