package io.cairn.format.crypto;

/// Cipher block chaining. A sector's blocks depend on each other, but its neighbours' do not: block
/// after block, those of all sectors are encrypted at once.
final class CbcEncryption implements ModeEngine {
    private final BlockEngine encryption;
    private final int blockSize;
    private final int sectorSize;
    private final byte[] gathered;
    private final byte[] chained;

    CbcEncryption(BlockEngine encryption, int blockSize, int sectorSize, int maxSectors) {
        this.encryption = encryption;
        this.blockSize = blockSize;
        this.sectorSize = sectorSize;
        gathered = new byte[maxSectors * blockSize];
        chained = new byte[maxSectors * blockSize];
    }

    @Override
    public void apply(byte[] in, int sectors, byte[] ivs, byte[] out) {
        int count = sectors * blockSize;
        System.arraycopy(ivs, 0, chained, 0, count);
        for (int block = 0; block < sectorSize; block += blockSize) {
            for (int sector = 0; sector < sectors; sector++) {
                int from = sector * sectorSize + block;
                int to = sector * blockSize;
                for (int j = 0; j < blockSize; j++) {
                    gathered[to + j] = (byte) (in[from + j] ^ chained[to + j]);
                }
            }
            encryption.apply(gathered, 0, count, chained, 0);
            for (int sector = 0; sector < sectors; sector++) {
                System.arraycopy(
                        chained, sector * blockSize, out, sector * sectorSize + block, blockSize);
            }
        }
    }
}
