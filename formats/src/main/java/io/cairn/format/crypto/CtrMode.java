package io.cairn.format.crypto;

/// Counter mode: the vector, counted up as a big-endian number block by block, is encrypted and
/// added to the data; both directions are one.
final class CtrMode implements ModeEngine {
    private final BlockEngine encryption;
    private final int blockSize;
    private final int sectorSize;
    private final byte[] counters;

    CtrMode(BlockEngine encryption, int blockSize, int sectorSize, int maxSectors) {
        this.encryption = encryption;
        this.blockSize = blockSize;
        this.sectorSize = sectorSize;
        counters = new byte[maxSectors * sectorSize];
    }

    @Override
    public void apply(byte[] in, int sectors, byte[] ivs, byte[] out) {
        int length = sectors * sectorSize;
        for (int sector = 0; sector < sectors; sector++) {
            int start = sector * sectorSize;
            System.arraycopy(ivs, sector * blockSize, counters, start, blockSize);
            for (int at = start + blockSize; at < start + sectorSize; at += blockSize) {
                System.arraycopy(counters, at - blockSize, counters, at, blockSize);
                increment(at);
            }
        }
        encryption.apply(counters, 0, length, out, 0);
        for (int i = 0; i < length; i++) {
            out[i] ^= in[i];
        }
    }

    private void increment(int at) {
        for (int i = at + blockSize - 1; i >= at; i--) {
            counters[i]++;
            if (counters[i] != 0) {
                return;
            }
        }
    }
}
