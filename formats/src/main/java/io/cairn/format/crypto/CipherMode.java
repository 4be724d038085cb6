package io.cairn.format.crypto;

import org.jspecify.annotations.Nullable;

/// How a block cipher is applied to a sector (QMP reference manual, "QCryptoCipherMode").
public enum CipherMode {
    ECB("ecb"),
    CBC("cbc"),
    XTS("xts"),
    CTR("ctr");

    private final String label;

    CipherMode(String label) {
        this.label = label;
    }

    /// The mode of that name, or null.
    public static @Nullable CipherMode of(String label) {
        for (CipherMode mode : values()) {
            if (mode.label.equals(label)) {
                return mode;
            }
        }
        return null;
    }

    /// The name in headers and options.
    public String label() {
        return label;
    }
}
