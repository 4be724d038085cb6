package io.cairn.format.luks;

/// A key slot of a LUKS1 header.
final class Luks1Slot {
    private final boolean isActive;
    private final long iterations;
    private final byte[] salt;
    private final long materialOffset;
    private final int stripes;

    /// @param materialOffset bytes from the header's start
    Luks1Slot(boolean isActive, long iterations, byte[] salt, long materialOffset, int stripes) {
        this.isActive = isActive;
        this.iterations = iterations;
        this.salt = salt.clone();
        this.materialOffset = materialOffset;
        this.stripes = stripes;
    }

    boolean isActive() {
        return isActive;
    }

    long iterations() {
        return iterations;
    }

    byte[] salt() {
        return salt.clone();
    }

    long materialOffset() {
        return materialOffset;
    }

    int stripes() {
        return stripes;
    }

    /// This slot with a key.
    Luks1Slot activated(long newIterations, byte[] newSalt) {
        return new Luks1Slot(true, newIterations, newSalt, materialOffset, stripes);
    }

    /// This slot without a key.
    Luks1Slot disabled() {
        return new Luks1Slot(
                false, 0, new byte[Luks1Layout.SALT_LENGTH], materialOffset, Luks1Layout.STRIPES);
    }
}
