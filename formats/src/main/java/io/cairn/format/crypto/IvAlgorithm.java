package io.cairn.format.crypto;

import org.jspecify.annotations.Nullable;

/// How a sector's number becomes its initialisation vector (QMP reference manual,
/// "QCryptoIVGenAlgorithm").
public enum IvAlgorithm {
    /// The low 32 bits of the number, little-endian.
    PLAIN("plain"),
    /// The number with 64 bits, little-endian.
    PLAIN64("plain64"),
    /// That, encrypted with a hash of the key.
    ESSIV("essiv");

    private final String label;

    IvAlgorithm(String label) {
        this.label = label;
    }

    /// The generator of that name, or null.
    public static @Nullable IvAlgorithm of(String label) {
        for (IvAlgorithm iv : values()) {
            if (iv.label.equals(label)) {
                return iv;
            }
        }
        return null;
    }

    /// The name in headers and options.
    public String label() {
        return label;
    }
}
