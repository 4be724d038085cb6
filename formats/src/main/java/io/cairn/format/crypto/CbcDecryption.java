package io.cairn.format.crypto;

/// Cipher block chaining, backwards: all blocks are decrypted at once, then the cipher text before
/// each is added.
final class CbcDecryption implements ModeEngine {
    private final BlockEngine decryption;
    private final int blockSize;
    private final int sectorSize;

    CbcDecryption(BlockEngine decryption, int blockSize, int sectorSize) {
        this.decryption = decryption;
        this.blockSize = blockSize;
        this.sectorSize = sectorSize;
    }

    @Override
    public void apply(byte[] in, int sectors, byte[] ivs, byte[] out) {
        int length = sectors * sectorSize;
        decryption.apply(in, 0, length, out, 0);
        for (int i = blockSize; i < length; i++) {
            out[i] ^= in[i - blockSize];
        }
        // The first block of a sector has the vector before it, not the end of the last sector.
        for (int sector = 0; sector < sectors; sector++) {
            int start = sector * sectorSize;
            for (int j = 0; j < blockSize; j++) {
                byte wrong = sector == 0 ? 0 : in[start - blockSize + j];
                out[start + j] ^= (byte) (wrong ^ ivs[sector * blockSize + j]);
            }
        }
    }
}
