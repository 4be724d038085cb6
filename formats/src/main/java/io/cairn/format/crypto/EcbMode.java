package io.cairn.format.crypto;

/// Electronic code book: each block for itself.
final class EcbMode implements ModeEngine {
    private final BlockEngine cipher;
    private final int sectorSize;

    EcbMode(BlockEngine cipher, int sectorSize) {
        this.cipher = cipher;
        this.sectorSize = sectorSize;
    }

    @Override
    public void apply(byte[] in, int sectors, byte[] ivs, byte[] out) {
        cipher.apply(in, 0, sectors * sectorSize, out, 0);
    }
}
